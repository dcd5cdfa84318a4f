/*
 * Answers questions about targets and work, one a line on stdin (hex numbers have 64 digits):
 *
 *     next TARGET GENESIS-TIME SPACING HALFLIFE HEIGHT TIME    the next target
 *     work TARGET
 *     met ID TARGET                                            1 or 0
 *     add A B
 *     divide A B
 *     compare A B                                              -1, 0 or 1
 */
#include "base/hex.h"
#include "base/num.h"
#include "work/target.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 7 };

static void number256(const char *word, uint8_t out[32])
{
    if (strlen(word) != 64 || hex_decode(out, word, 32))
        errx(2, "not 64 hex digits: %s", word);
}

static int64_t number(const char *word)
{
    int64_t n;
    if (number_parse(word, strlen(word), &n))
        errx(2, "not a number: %s", word);
    return n;
}

static void print_u256(struct u256 a)
{
    uint8_t bytes[32];
    u256_write(a, bytes);
    puts(hex32(bytes).text);
}

static void next(char **word)
{
    struct asert a = {
        .time = number(word[2]), .spacing = number(word[3]), .halflife = number(word[4])};
    uint8_t out[TARGET_LEN];
    number256(word[1], a.target);
    target_next(&a, number(word[5]), number(word[6]), out);
    puts(hex32(out).text);
}

static void two_numbers(char **word)
{
    uint8_t first[32], second[32];
    number256(word[1], first);
    number256(word[2], second);
    struct u256 a = u256_read(first), b = u256_read(second);
    if (strcmp(word[0], "met") == 0)
        printf("%d\n", target_met(first, second));
    else if (strcmp(word[0], "add") == 0)
        print_u256(u256_add(a, b));
    else if (strcmp(word[0], "divide") == 0)
        print_u256(u256_divide(a, b));
    else if (strcmp(word[0], "compare") == 0)
        printf("%d\n", u256_compare(a, b));
    else
        errx(2, "unknown question: %s", word[0]);
}

static void answer(char **word, int n)
{
    uint8_t target[TARGET_LEN];
    if (n == 7 && strcmp(word[0], "next") == 0) {
        next(word);
    } else if (n == 2 && strcmp(word[0], "work") == 0) {
        number256(word[1], target);
        print_u256(target_work(target));
    } else if (n == 3) {
        two_numbers(word);
    } else {
        errx(2, "unknown question: %s and %d words", n ? word[0] : "", n - 1);
    }
}

int main(void)
{
    char line[1024];
    while (fgets(line, sizeof line, stdin)) {
        char *word[WORDS_MAX], *rest = line;
        int n = 0;
        for (char *w; n < WORDS_MAX && (w = strtok_r(rest, " \n", &rest));)
            word[n++] = w;
        answer(word, n);
    }
    return ferror(stdin) || fflush(stdout) ? 2 : 0;
}
