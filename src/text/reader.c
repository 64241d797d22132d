#include "text/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/retry.h"
#include "text/content.h"

static const unsigned char mark[] = {0xef, 0xbb, 0xbf}; /* U+FEFF */

const char *reader_path_name(const char *path) {
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

bool reader_create(struct reader *reader, const char *const *paths, size_t path_count,
                   struct tokenizer_rules rules, struct error *error) {
    *reader = (struct reader){.paths = paths,
                              .path_count = path_count,
                              .rules = rules,
                              .file = -1,
                              .descriptor = -1,
                              .unpacking = {.output = -1, .messages = -1}};
    const int number = pthread_mutex_init(&reader->lock, NULL);
    if (number != 0)
        return error_system(error, number, "can't create a lock");
    reader->rest = memory_allocate(READER_PIECE_BYTES, 1, "a read buffer", error);
    return reader->rest != NULL;
}

static bool is_unpacked(const struct reader *reader) {
    return reader->unpacking.output >= 0;
}

static void close_file(struct reader *reader) {
    decompress_abandon(&reader->unpacking);
    if (reader->file > STDIN_FILENO)
        close(reader->file);
    reader->file = reader->descriptor = -1;
}

void reader_free(struct reader *reader) {
    close_file(reader);
    free(reader->rest);
    pthread_mutex_destroy(&reader->lock);
}

/* Reads until `size` bytes are there or the file ends. */
static bool fill(struct reader *reader, unsigned char *bytes, size_t *filled, size_t size,
                 struct error *error) {
    while (*filled < size) {
        const ssize_t done = retry_read(reader->descriptor, bytes + *filled, size - *filled);
        if (done < 0)
            return error_system(error, errno, "%s: can't read", reader_path_name(reader->path));
        if (done == 0)
            return true;
        *filled += (size_t)done;
    }
    return true;
}

/* How much there is to read, if the file says so; it may be standard input and have been read in part. */
static uint64_t expected_size(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    const off_t at = lseek(descriptor, 0, SEEK_CUR);
    return at >= 0 && at < status.st_size ? (uint64_t)(status.st_size - at) : 0;
}

/* Reads the first bytes, and has the rest unpacked if they say that the file is compressed. */
static bool begin_file(struct reader *reader, struct error *error) {
    if (!fill(reader, reader->rest, &reader->rest_size, DECOMPRESS_START_BYTES, error))
        return false;
    const enum decompress_format format = decompress_find(reader->rest, reader->rest_size);
    if (format == DECOMPRESS_NONE)
        return true;
    if (!decompress_start(&reader->unpacking, format, reader->file, reader->rest, reader->rest_size,
                          reader_path_name(reader->path), error))
        return false;
    reader->unpacked[format]++;
    reader->seekable = lseek(reader->file, 0, SEEK_CUR) >= 0;
    reader->descriptor = reader->unpacking.output;
    reader->expected = 0;
    reader->rest_size = 0;
    return fill(reader, reader->rest, &reader->rest_size, sizeof mark, error);
}

/* Opens the next file and passes its byte-order mark, which is no part of the text. */
static bool open_next(struct reader *reader, struct error *error) {
    reader->path = reader->paths[reader->next_path++];
    reader->offset = 0;
    reader->file = strcmp(reader->path, "-") == 0 ? STDIN_FILENO : retry_open(reader->path, O_RDONLY);
    if (reader->file < 0)
        return file_open_error(error, errno, reader->path);
    reader->descriptor = reader->file;
    reader->expected = expected_size(reader->file);
    reader->checked = false;
    if (!begin_file(reader, error))
        return false;
    if (reader->rest_size >= sizeof mark && memcmp(reader->rest, mark, sizeof mark) == 0) {
        reader->rest_size -= sizeof mark;
        memmove(reader->rest, reader->rest + sizeof mark, reader->rest_size);
        reader->offset = sizeof mark;
        reader->bytes += sizeof mark;
    }
    return true;
}

/* How much of the file has been read, compressed if it is. */
static uint64_t file_position(const struct reader *reader) {
    const off_t at = is_unpacked(reader) && reader->seekable ? lseek(reader->file, 0, SEEK_CUR) : -1;
    return at >= 0 ? (uint64_t)at : reader->offset;
}

/* At the end of a file. One that has become shorter may have lost its end or all of its sense. */
static bool end_file(struct reader *reader, struct error *error) {
    const char *name = reader_path_name(reader->path);
    reader->before += file_position(reader);
    const bool done = !is_unpacked(reader) || decompress_end(&reader->unpacking, name, error);
    close_file(reader);
    return done &&
           (reader->offset >= reader->expected ||
            error_set(error, ERROR_INPUT,
                      "%s: became shorter while it was read: %llu bytes, and %llu at the beginning", name,
                      (unsigned long long)reader->offset, (unsigned long long)reader->expected));
}

static bool take_piece(struct reader *reader, struct piece *piece, struct error *error) {
    piece->path = reader->path;
    piece->program = is_unpacked(reader) ? decompress_program(reader->unpacking.format) : NULL;
    piece->offset = reader->offset;
    piece->inside = reader->inside;
    reader->inside = false;
    piece->size = reader->rest_size;
    memcpy(piece->bytes, reader->rest, reader->rest_size);
    reader->rest_size = 0;
    if (!fill(reader, piece->bytes, &piece->size, READER_PIECE_BYTES, error))
        return false;
    const size_t start = piece->size < CONTENT_BYTES ? piece->size : CONTENT_BYTES;
    if (!reader->checked && !content_check(reader_path_name(piece->path), piece->bytes, start, error))
        return false;
    reader->checked = true;
    const bool ended = piece->size < READER_PIECE_BYTES;
    if (!ended) {
        const size_t cut = tokenizer_cut(reader->rules, piece->bytes, piece->size, &reader->inside);
        reader->rest_size = piece->size - cut;
        memcpy(reader->rest, piece->bytes + cut, reader->rest_size);
        piece->size = cut;
    }
    reader->offset += piece->size;
    reader->bytes += piece->size;
    piece->read = reader->before + file_position(reader);
    return !ended || end_file(reader, error);
}

bool reader_next(struct reader *reader, struct piece *piece, struct error *error) {
    pthread_mutex_lock(&reader->lock);
    bool done = true;
    piece->size = 0;
    while (done && piece->size == 0 && !reader->failed) {
        if (reader->descriptor < 0) {
            if (reader->next_path == reader->path_count)
                break;
            done = open_next(reader, error);
        }
        done = done && take_piece(reader, piece, error);
    }
    reader->failed |= !done;
    piece->order = reader->order++;
    pthread_mutex_unlock(&reader->lock);
    return done;
}
