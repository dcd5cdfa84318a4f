/* The scan of runs in which word 11 changes. */
#define V 11
#include "work/kernel_shani_avx512.h"
