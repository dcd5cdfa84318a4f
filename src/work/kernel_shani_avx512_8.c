/* The scan of runs in which word 8 changes. */
#define V 8
#include "work/kernel_shani_avx512.h"
