#include "history/model.h"

const struct model *const op_models[OP_MODELS] = {
    [OP_MODEL_REGISTER] = &model_register,
    [OP_MODEL_CAS] = &model_register,
    [OP_MODEL_KV] = &model_kv,
    [OP_MODEL_QUEUE] = &model_queue,
    [OP_MODEL_SET] = &model_set,
};
