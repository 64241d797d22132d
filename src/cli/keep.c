#include "cli/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/place.h"

static bool is_checkpoint(const char *path, const struct stat *status) {
    struct error ignored = {.kind = ERROR_NONE};
    struct file_map map;
    if (!S_ISREG(status->st_mode) || !file_map_open(&map, path, &ignored))
        return false;
    const bool checkpoint = checkpoint_is(&map);
    file_map_close(&map);
    return checkpoint;
}

bool keep_create(struct keep *keep, bool *earlier, struct error *error) {
    struct stat status;
    const size_t size = strlen(keep->output) + sizeof KEEP_SUFFIX;
    keep->path = memory_allocate(size, 1, "a file name", error);
    *earlier = false;
    if (keep->path == NULL)
        return false;
    snprintf(keep->path, size, "%s" KEEP_SUFFIX, keep->output);
    if (stat(keep->path, &status) != 0)
        return true;
    if (!is_checkpoint(keep->path, &status))
        return error_set(error, ERROR_INPUT,
                         "%s: not a checkpoint, but in the place of one; move it, or name another model",
                         keep->path);
    *earlier = keep->resumed == NULL || !place_same_file(keep->resumed, keep->path);
    return true;
}

void keep_free(struct keep *keep) {
    free(keep->path);
    free(keep->kept);
    keep->path = keep->kept = NULL;
}

static bool write_to(struct keep *keep, const char *path, const struct checkpoint_content *content,
                     struct error *error) {
    struct file_out file = {.descriptor = -1};
    char *copy = strdup(path);
    if (copy == NULL)
        return error_set(error, ERROR_SYSTEM, "out of memory for a file name");
    const bool done = interrupt_create(keep->interrupt, &file, path, error) &&
                      checkpoint_write(&file, content, error) && file_commit(&file, error);
    file_abandon(&file);
    if (!done) {
        free(copy);
        return false;
    }
    free(keep->kept);
    keep->kept = copy;
    return true;
}

bool keep_write(struct keep *keep, const struct checkpoint_content *content, struct error *error) {
    return write_to(keep, keep->path, content, error);
}

bool keep_write_somewhere(struct keep *keep, const struct checkpoint_content *content, struct error *error) {
    if (keep_write(keep, content, error))
        return true;
    const char *folders[] = {getenv("TMPDIR"), ".", "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[4096];
        struct error ignored = {.kind = ERROR_NONE};
        if (folders[i] == NULL || *folders[i] == '\0')
            continue;
        const int length = snprintf(path, sizeof path, "%s/%s.%ld" KEEP_SUFFIX, folders[i],
                                    file_name(keep->output), (long)getpid());
        if (length < (int)sizeof path && write_to(keep, path, content, &ignored))
            return true;
    }
    return false;
}

/* --- how to go on --- */

/* Appends a word, in quotes if a shell needs them. Returns false if it doesn't fit. */
static bool add_word(char *text, size_t size, const char *word) {
    size_t used = strlen(text);
    const bool plain = *word != '\0' &&
                       word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789_./,:=@%+-")] == '\0';
    if (used + 4 * strlen(word) + 4 > size)
        return false;
    text[used++] = ' ';
    if (!plain)
        text[used++] = '\'';
    for (; *word != '\0'; word++) {
        if (!plain && *word == '\'') {
            memcpy(text + used, "'\\'", 3);
            used += 3;
        }
        text[used++] = *word;
    }
    if (!plain)
        text[used++] = '\'';
    text[used] = '\0';
    return true;
}

/* A word that begins with a hyphen is an option, except for "-" alone. */
static bool add_operand(char *text, size_t size, const char *word) {
    if (word[0] != '-' || word[1] == '\0')
        return add_word(text, size, word);
    char path[4096];
    return snprintf(path, sizeof path, "./%s", word) < (int)sizeof path && add_word(text, size, path);
}

/* Whether --resume finds the model's name by leaving out the suffix. */
static bool names_output(const struct keep *keep) {
    return strcmp(keep->kept, keep->path) == 0;
}

char *keep_command(const struct keep *keep, char *text, size_t size) {
    snprintf(text, size, "sgns train --resume");
    bool done = add_operand(text, size, keep->kept);
    if (!names_output(keep))
        done = done && add_word(text, size, "-o") && add_operand(text, size, keep->output);
    const size_t used = strlen(text);
    for (size_t i = 0; i < keep->corpus_count && done; i++)
        done = add_operand(text, size, keep->corpus[i]);
    if (!done)
        snprintf(text + used, size - used, " CORPUS...");
    return text;
}

void keep_remove(struct keep *keep) {
    if (keep->kept != NULL)
        unlink(keep->kept);
    if (keep->resumed != NULL)
        unlink(keep->resumed);
}
