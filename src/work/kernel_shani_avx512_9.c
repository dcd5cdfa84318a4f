/* The scan of runs in which word 9 changes. */
#define V 9
#include "work/kernel_shani_avx512.h"
