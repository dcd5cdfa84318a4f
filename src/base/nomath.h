/*
 * SQLite's archive brings SQL functions such as sin() and pow(), which no statement here uses, and
 * with them libm, which every program that opens an index would load: a twentieth of its start. The
 * Makefile lets their names stand for this function. SQL sees NULL.
 */
#ifndef BASE_NOMATH_H
#define BASE_NOMATH_H

/* Not a number, whatever it is asked. */
double nomath(double x);

#endif
