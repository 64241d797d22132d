#include "text/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/retry.h"

const char *reader_path_name(const char *path) {
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

bool reader_create(struct reader *reader, const char *const *paths, size_t path_count,
                   struct tokenizer_rules rules, struct error *error) {
    *reader = (struct reader){.paths = paths, .path_count = path_count, .rules = rules, .descriptor = -1};
    const int number = pthread_mutex_init(&reader->lock, NULL);
    if (number != 0)
        return error_system(error, number, "can't create a lock");
    reader->rest = memory_allocate(READER_PIECE_BYTES, 1, "a read buffer", error);
    return reader->rest != NULL;
}

static void close_file(struct reader *reader) {
    if (reader->descriptor > STDIN_FILENO)
        close(reader->descriptor);
    reader->descriptor = -1;
}

void reader_free(struct reader *reader) {
    close_file(reader);
    free(reader->rest);
    pthread_mutex_destroy(&reader->lock);
}

static bool open_next(struct reader *reader, struct error *error) {
    const char *path = reader->paths[reader->next_path++];
    reader->offset = 0;
    reader->descriptor = strcmp(path, "-") == 0 ? STDIN_FILENO : retry_open(path, O_RDONLY);
    if (reader->descriptor < 0)
        return file_open_error(error, errno, path);
    return true;
}

/* Reads until the piece is full or the file ends. */
static bool fill(struct reader *reader, struct piece *piece, struct error *error) {
    while (piece->size < READER_PIECE_BYTES) {
        const ssize_t done = retry_read(reader->descriptor, piece->bytes + piece->size,
                                        READER_PIECE_BYTES - piece->size);
        if (done < 0)
            return error_system(error, errno, "%s: can't read", reader_path_name(piece->path));
        if (done == 0)
            return true;
        piece->size += (size_t)done;
    }
    return true;
}

static bool take_piece(struct reader *reader, struct piece *piece, struct error *error) {
    piece->path = reader->paths[reader->next_path - 1];
    piece->offset = reader->offset;
    piece->inside = reader->inside;
    reader->inside = false;
    piece->size = reader->rest_size;
    memcpy(piece->bytes, reader->rest, reader->rest_size);
    reader->rest_size = 0;
    if (!fill(reader, piece, error))
        return false;
    if (piece->size < READER_PIECE_BYTES)
        close_file(reader);
    else {
        const size_t cut = tokenizer_cut(reader->rules, piece->bytes, piece->size, &reader->inside);
        reader->rest_size = piece->size - cut;
        memcpy(reader->rest, piece->bytes + cut, reader->rest_size);
        piece->size = cut;
    }
    reader->offset += piece->size;
    reader->bytes += piece->size;
    piece->read = reader->bytes;
    return true;
}

bool reader_next(struct reader *reader, struct piece *piece, struct error *error) {
    pthread_mutex_lock(&reader->lock);
    bool done = true;
    piece->size = 0;
    while (done && piece->size == 0) {
        if (reader->descriptor < 0) {
            if (reader->next_path == reader->path_count)
                break;
            done = open_next(reader, error);
        }
        done = done && take_piece(reader, piece, error);
    }
    piece->order = reader->order++;
    pthread_mutex_unlock(&reader->lock);
    return done;
}
