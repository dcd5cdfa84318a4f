#include "model/real.h"

static const double ln2 = 0.69314718055994530942;

double real_log(double x)
{
    int twos = 0;
    while (x > 1.5) {
        x /= 2;
        twos++;
    }
    while (x < 0.75) {
        x *= 2;
        twos--;
    }
    double y = (x - 1) / (x + 1), power = y, sum = 0;
    for (int i = 1; i < 60; i += 2) {
        sum += power / i;
        power *= y * y;
    }
    return 2 * sum + twos * ln2;
}

double real_exp(double x)
{
    int halvings = 0;
    while (x > 0.5 || x < -0.5) {
        x /= 2;
        halvings++;
    }
    double term = 1, sum = 1;
    for (int i = 1; i < 20; i++) {
        term *= x / i;
        sum += term;
    }
    while (halvings--)
        sum *= sum;
    return sum;
}

double real_sqrt(double x)
{
    double root = x > 1 ? x : 1;
    if (x <= 0)
        return 0;
    for (int i = 0; i < 600; i++) { /* Newton's, from above */
        double next = (root + x / root) / 2;
        if (next >= root)
            break;
        root = next;
    }
    return root;
}

double real_power(double x, unsigned n)
{
    double power = 1;
    while (n) {
        if (n & 1)
            power *= x;
        x *= x;
        n >>= 1;
    }
    return power;
}
