#include "text/vocab_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/number.h"
#include "base/retry.h"

#define START_BYTES ((size_t)1 << 14)

#define BLANKS " \t"

/* --- telling what a file is --- */

static bool is_blank(unsigned char byte) {
    return byte == ' ' || byte == '\t';
}

/* A word without blanks, a tab, digits. */
static bool is_entry(const unsigned char *line, size_t length) {
    size_t word = 0, digits = 0;
    while (word < length && !is_blank(line[word]) && line[word] != '\0')
        word++;
    if (word == 0 || word == length || line[word] != '\t')
        return false;
    while (word + 1 + digits < length && line[word + 1 + digits] >= '0' && line[word + 1 + digits] <= '9')
        digits++;
    const size_t end = word + 1 + digits;
    return digits > 0 && (end == length || (end + 1 == length && line[end] == '\r'));
}

bool vocab_file_is(const unsigned char *start, size_t size) {
    size_t at = 0, entries = 0;
    while (at < size) {
        const unsigned char *newline = memchr(start + at, '\n', size - at);
        if (newline == NULL && entries > 0)
            break;
        const size_t length = newline != NULL ? (size_t)(newline - start) - at : size - at;
        if (!is_entry(start + at, length))
            return false;
        entries++;
        at += length + 1;
    }
    return entries > 0;
}

bool vocab_file_check(const char *path, bool *is, struct error *error) {
    unsigned char start[START_BYTES];
    struct stat status;
    *is = false;
    if (stat(path, &status) != 0)
        return place_is_missing(errno) || file_open_error(error, errno, path);
    if (!S_ISREG(status.st_mode))
        return true;
    const int file = retry_open(path, O_RDONLY);
    if (file < 0)
        return file_open_error(error, errno, path);
    const ssize_t done = retry_pread(file, start, sizeof start, 0);
    const int number = errno;
    close(file);
    *is = done > 0 && vocab_file_is(start, (size_t)done);
    return done >= 0 || error_system(error, number, "%s: can't read", path);
}

/* --- reading --- */

static bool wrong_line(const struct lines *lines, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s:%zu: not a line of the form \"word<TAB>count\"", lines->name,
                     lines->number);
}

static bool check_word(const struct lines *lines, const char *word, const struct tokenizer_rules *rules,
                       struct error *error) {
    char normal[TOKEN_BYTES_MAX + 1];
    if (strlen(word) > TOKEN_BYTES_MAX)
        return error_set(error, ERROR_INPUT, "%s:%zu: a word has at most %d bytes", lines->name,
                         lines->number, TOKEN_BYTES_MAX);
    if (rules == NULL || (tokenizer_normalize(*rules, word, normal) && strcmp(word, normal) == 0))
        return true;
    return error_set(error, ERROR_INPUT,
                     "%s:%zu: the tokenizer never makes \"%.60s\" of a text%s%.60s%s; write the words with "
                     "the same --tokenizer and --keep-case as the training reads them",
                     lines->name, lines->number, word, normal[0] != '\0' ? ", but \"" : "", normal,
                     normal[0] != '\0' ? "\"" : "");
}

static bool read_line(struct dictionary *words, uint64_t *total, const struct lines *lines, char *line,
                      const struct tokenizer_rules *rules, struct error *error) {
    line[strcspn(line, "\r")] = '\0';
    char *word = line + strspn(line, BLANKS), *end = word + strcspn(word, BLANKS);
    if (*word == '\0')
        return true;
    uint64_t count;
    uint32_t id;
    char *number = end + strspn(end, BLANKS);
    number[strcspn(number, BLANKS)] = '\0';
    if (*end == '\0' || !number_integer(number, &count))
        return wrong_line(lines, error);
    *end = '\0';
    if (count == 0)
        return error_set(error, ERROR_INPUT, "%s:%zu: a count is 1 or more", lines->name, lines->number);
    if (__builtin_add_overflow(*total, count, total) || *total > INT64_MAX)
        return error_set(error, ERROR_INPUT, "%s:%zu: the counts add up to more than %" PRId64, lines->name,
                         lines->number, INT64_MAX);
    return check_word(lines, word, rules, error) &&
           dictionary_add(words, (const unsigned char *)word, strlen(word), count, words->size, &id, error);
}

bool vocab_file_read(struct dictionary *words, uint64_t *total, const char *path,
                     const struct tokenizer_rules *rules, struct error *error) {
    struct lines lines;
    char *line;
    size_t length;
    bool done = lines_open(&lines, path, error);
    lines.refuse_nul = true;
    while (done && lines_next(&lines, true, &line, &length, error) == LINES_LINE)
        done = read_line(words, total, &lines, line, rules, error);
    lines_close(&lines);
    return done && error->kind == ERROR_NONE;
}

/* --- writing --- */

bool vocab_file_write(struct file_out *file, const struct vocab *vocab, struct error *error) {
    for (size_t i = 0; i < vocab->size; i++) {
        char count[32];
        const int length = snprintf(count, sizeof count, "\t%" PRIu64 "\n", vocab->counts[i]);
        if (!file_write(file, vocab_word(vocab, i), vocab_length(vocab, i), error) ||
            !file_write(file, count, (size_t)length, error))
            return false;
    }
    return true;
}
