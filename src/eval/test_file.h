/* Files of test questions: lines of fields between blanks or tabs. */
#ifndef SGNS_EVAL_TEST_FILE_H
#define SGNS_EVAL_TEST_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct test_file {
    const char *path; /* not owned */
    FILE *stream;
    char *line; /* the line at hand, cut into fields; owned */
    size_t capacity;
    size_t number; /* of the line, from 1 */
    char **fields; /* (count) into `line`; owned */
    size_t count, field_capacity;
};

/* `path` must outlive the struct. Free with test_file_close, also after a failure. */
bool test_file_open(struct test_file *file, const char *path, struct error *error) MUST_USE;
void test_file_close(struct test_file *file);

/* Goes to the next line that is not blank and does not begin with `comment`; false at the end of the file,
 * and on failure, which sets `error`. */
bool test_file_next(struct test_file *file, char comment, struct error *error) MUST_USE;

/* ERROR_INPUT for the line at hand; `form` is what a line should be. Returns false. */
bool test_file_malformed(const struct test_file *file, const char *form, struct error *error);

#endif
