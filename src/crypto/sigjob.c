#include "crypto/sigjob.h"

#include "crypto/ed25519.h"
#include "crypto/slh_dsa_jobs.h"

int sigjob_check(const struct sigjob *job, struct fault *f)
{
    struct sigjob answered = *job;
    if (job->scheme == SIGNATURE_SLH_DSA)
        slh_dsa_check_all(&answered, 1);
    else if (ed25519_load(f))
        return -1;
    else
        ed25519_check_all(&answered, NULL, 1);
    return answered.unknown ? fault_memory(f) : answered.valid;
}
