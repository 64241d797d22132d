#include "model/record.h"

#include <string.h>

const char *record_find(const char *text, size_t bytes, const char *key, size_t *length) {
    const size_t key_length = strlen(key);
    const char *at = text, *end = text + bytes;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        if ((size_t)(stop - at) > key_length && at[key_length] == '=' && memcmp(at, key, key_length) == 0) {
            *length = (size_t)(stop - at) - key_length - 1;
            return at + key_length + 1;
        }
        at = stop + 1;
    }
    return NULL;
}
