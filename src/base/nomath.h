/*
 * SQLite's static library includes SQL functions such as sin() and pow(), which no statement here
 * uses. They would make every program that opens an index load libm, a twentieth of its start. So
 * the Makefile links their names to this function. SQL sees NULL.
 */
#ifndef BASE_NOMATH_H
#define BASE_NOMATH_H

/* Returns NaN, whatever the arguments. */
double nomath(double x);

#endif
