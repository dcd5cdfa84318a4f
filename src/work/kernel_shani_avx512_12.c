/* The scan of runs in which word 12 changes. */
#define V 12
#include "work/kernel_shani_avx512.h"
