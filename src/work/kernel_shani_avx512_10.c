/* The scan of runs in which word 10 changes. */
#define V 10
#include "work/kernel_shani_avx512.h"
