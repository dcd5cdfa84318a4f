/* The models that model/model.c lists, one in each file. */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include "model/model.h"

extern const struct sim_model model_gossip, model_pull, model_first_spy, model_mining,
    model_selfish, model_catchup, model_kademlia, model_chord, model_flood, model_churn,
    model_eclipse;

#endif
