#include "crypto/slh_dsa_jobs.h"

#include "base/hex.h"

void slh_dsa_check_all(struct sigjob *jobs, size_t n)
{
    uint8_t signatures[SLH_DSA_TOGETHER][SLH_DSA_SIGNATURE_LEN];
    struct slh_question questions[SLH_DSA_TOGETHER];
    struct sigjob *asked[SLH_DSA_TOGETHER];
    bool valid[SLH_DSA_TOGETHER];
    size_t i = 0;
    while (i < n) {
        size_t together = 0;
        for (; i < n && together < SLH_DSA_TOGETHER; i++) {
            struct sigjob *job = &jobs[i];
            job->valid = job->unknown = false;
            if (hex_decode(signatures[together], (const char *)job->signature,
                           SLH_DSA_SIGNATURE_LEN))
                continue;
            questions[together] = (struct slh_question){job->key, signatures[together], SLH_PURE,
                                                        job->message, job->len};
            asked[together++] = job;
        }
        if (together)
            slh_verify_internal(questions, together, valid);
        for (size_t j = 0; j < together; j++)
            asked[j]->valid = valid[j];
    }
}
