#include "base/date.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

enum { DAY = 86400, YEAR_LEAST = 1970 };

struct date {
    int64_t year;
    int month, day; /* from 1 */
};

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to 1 January of a year from 1970 on. */
static int64_t days_before(int64_t year)
{
    int64_t y = year - 1;
    return 365 * (year - YEAR_LEAST) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) +
           (y / 400 - 1969 / 400);
}

/* The number that these n decimal digits form; -1 if one is not a digit. */
static int digits(const char *s, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        value = 10 * value + s[i] - '0';
    }
    return value;
}

/* Whether s has the form of the pattern, in which 0 stands for any digit. */
static bool has_form(const char *s, size_t n, const char *pattern)
{
    for (size_t i = 0; i < n; i++)
        if (pattern[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != pattern[i])
            return false;
    return true;
}

static int parse_day(const char *s, int64_t *time, struct fault *f)
{
    struct date d = {digits(s, 4), digits(s + 5, 2), digits(s + 8, 2)};
    if (d.year < YEAR_LEAST)
        return fault_rule(f, "years begin with %d", YEAR_LEAST);
    if (d.month < 1 || d.month > 12)
        return fault_rule(f, "there is no month %02d", d.month);
    int last = days_of(d.year, d.month);
    if (d.day < 1 || d.day > last)
        return fault_rule(f, "%04" PRId64 "-%02d has days 01 to %02d", d.year, d.month, last);
    int64_t days = days_before(d.year) + d.day - 1;
    for (int month = 1; month < d.month; month++)
        days += days_of(d.year, month);
    *time = days * DAY;
    return 0;
}

static int add_clock(const char *s, int64_t *time, struct fault *f)
{
    int hour = digits(s, 2), minute = digits(s + 3, 2), second = digits(s + 6, 2);
    if (hour > 23)
        return fault_rule(f, "hours are 00 to 23");
    if (minute > 59)
        return fault_rule(f, "minutes are 00 to 59");
    if (second > 59)
        return fault_rule(f, "seconds are 00 to 59");
    *time += 3600 * hour + 60 * minute + second;
    return 0;
}

int date_parse(const char *s, size_t n, int64_t *time, struct fault *f)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    if ((n != 10 && n != sizeof form - 1) || !has_form(s, n, form))
        return fault_rule(
            f, "neither Unix seconds nor a date such as 2026-01-31 or 2026-01-31T12:00:00Z");
    if (parse_day(s, time, f))
        return -1;
    return n == 10 ? 0 : add_clock(s + 11, time, f);
}

/* The calendar repeats every 400 years, which are 146097 days; within them, the first guess is at
 * most one year too late. */
static struct date date_of(int64_t days)
{
    enum { AGE = 146097 };
    struct date d = {.month = 1};
    d.year = YEAR_LEAST + days / AGE * 400 + days % AGE / 365;
    while (days_before(d.year) > days)
        d.year--;
    int rest = (int)(days - days_before(d.year));
    for (; rest >= days_of(d.year, d.month); d.month++)
        rest -= days_of(d.year, d.month);
    d.day = rest + 1;
    return d;
}

void date_format(int64_t time, char out[DATE_MAX])
{
    struct date d = date_of(time / DAY);
    int second = (int)(time % DAY);
    snprintf(out, DATE_MAX, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day,
             second / 3600, second / 60 % 60, second % 60);
}
