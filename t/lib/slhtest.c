/*
 * Puts questions to SLH-DSA.
 *
 *     slhtest ask ZEROS    answers each line "KEY MESSAGE SIGNATURE", in hex ("-": the empty
 *                          message), with yes or no; so many zero bytes stand before the message
 */
#include "base/hex.h"
#include "crypto/slh_dsa_parts.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Cases ------------------------------------------------------------------------------------ */

/* The bytes of a word of hex digits, in memory of their own. */
static uint8_t *bytes_of(const char *word, size_t *n)
{
    *n = strcmp(word, "-") ? strlen(word) / 2 : 0;
    uint8_t *bytes = malloc(*n + 1);
    if (!bytes)
        err(2, NULL);
    if (hex_decode(bytes, word, *n))
        errx(2, "not hex: %.20s", word);
    return bytes;
}

static bool holds(const char *key, const char *message, const char *signature, size_t zeros)
{
    size_t key_len, n, signature_len;
    struct slh_question q = {.zeros = zeros};
    uint8_t *all[] = {bytes_of(key, &key_len), bytes_of(message, &n),
                      bytes_of(signature, &signature_len)};
    bool valid = false;
    q.key = all[0];
    q.message = all[1];
    q.signature = all[2];
    q.len = n;
    if (key_len == SLH_DSA_KEY_LEN && signature_len == SLH_DSA_SIGNATURE_LEN)
        slh_verify_internal(&q, 1, &valid);
    for (int i = 0; i < 3; i++)
        free(all[i]);
    return valid;
}

static void ask(const char *zeros)
{
    char *line = NULL, *key, *message, *signature;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        char *rest = line;
        key = strsep(&rest, " \n");
        message = strsep(&rest, " \n");
        signature = strsep(&rest, " \n");
        if (!signature)
            errx(2, "not a case: %.40s", key);
        puts(holds(key, message, signature, (size_t)atoi(zeros)) ? "yes" : "no");
    }
    free(line);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "ask") == 0)
        ask(argv[2]);
    else
        errx(2, "see the head of slhtest.c");
    return 0;
}
