#include "base/num.h"

int number_parse(const char *s, size_t n, int64_t *out)
{
    if (n == 0 || n > 19 || (s[0] == '0' && n > 1))
        return -1;
    uint64_t value = 0; /* 19 digits stay below 2^64 */
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        value = value * 10 + (uint64_t)(s[i] - '0');
    }
    if (value > INT64_MAX)
        return -1;
    *out = (int64_t)value;
    return 0;
}

int number_add(int64_t a, int64_t b, int64_t *out)
{
    return __builtin_add_overflow(a, b, out) ? -1 : 0;
}
