#include "eval/test_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLANKS " \t\n\v\f\r"

bool test_file_open(struct test_file *file, const char *path, struct error *error) {
    *file = (struct test_file){.path = path, .stream = fopen(path, "re")};
    if (file->stream != NULL)
        return true;
    if (errno == ENOENT || errno == ENOTDIR)
        return error_set(error, ERROR_INPUT, "%s: can't open: %s", path, strerror(errno));
    return error_system(error, errno, "%s: can't open", path);
}

void test_file_close(struct test_file *file) {
    if (file->stream != NULL)
        fclose(file->stream);
    free(file->line);
    free(file->fields);
    *file = (struct test_file){0};
}

static bool cut(struct test_file *file, struct error *error) {
    file->count = 0;
    char *at = file->line + strspn(file->line, BLANKS);
    while (*at != '\0') {
        if (!memory_reserve(&file->fields, &file->field_capacity, file->count + 1, "a line", error))
            return false;
        file->fields[file->count++] = at;
        at += strcspn(at, BLANKS);
        if (*at != '\0')
            *at++ = '\0';
        at += strspn(at, BLANKS);
    }
    return true;
}

bool test_file_next(struct test_file *file, char comment, struct error *error) {
    for (;;) {
        errno = 0;
        const ssize_t length = getline(&file->line, &file->capacity, file->stream);
        if (length < 0) {
            if (errno == EISDIR)
                return error_set(error, ERROR_INPUT, "%s: a folder, not a file", file->path);
            if (!feof(file->stream) || ferror(file->stream))
                return error_system(error, errno, "%s: can't read", file->path);
            return false;
        }
        file->number++;
        if (strlen(file->line) != (size_t)length)
            return error_set(error, ERROR_INPUT, "%s:%zu: a NUL byte, so this is no text", file->path,
                             file->number);
        if (!cut(file, error))
            return false;
        if (file->count > 0 && file->fields[0][0] != comment)
            return true;
    }
}

bool test_file_malformed(const struct test_file *file, const char *form, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s:%zu: not a line of the form \"%s\"", file->path, file->number,
                     form);
}
