#include "history/spec.h"

const struct spec *const op_specs[OP_MODELS] = {
    [OP_MODEL_REGISTER] = &spec_register, [OP_MODEL_CAS] = &spec_register, [OP_MODEL_KV] = &spec_kv,
    [OP_MODEL_QUEUE] = &spec_queue,       [OP_MODEL_SET] = &spec_set,
};
