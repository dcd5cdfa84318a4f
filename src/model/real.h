/* Logarithms and the like for the theory beside a model's figures, without libm, which no program
 * here loads (base/nomath.h). They decide nothing: only rows that are printed are made of them. */
#ifndef MODEL_REAL_H
#define MODEL_REAL_H

/* The natural logarithm of x > 0, e to the x, and the square root of x >= 0, each to 12 digits at
 * least. */
double real_log(double x);
double real_exp(double x);
double real_sqrt(double x);

/* x to the n, for n >= 0. */
double real_power(double x, unsigned n);

#endif
