#include "formats/export_known.h"

#include <stdint.h>
#include <string.h>

#include "formats/import_number.h"
#include "formats/import_sniff.h"
#include "model/model.h"

static bool begins(const struct file_map *map, const char *text) {
    const size_t length = strlen(text);
    return map->size >= length && memcmp(map->data, text, length) == 0;
}

bool export_known_native(const struct file_map *map) {
    return model_is_native(map);
}

static bool is_source(const struct file_map *map, enum model_source source) {
    struct error error = {.kind = ERROR_NONE};
    struct import_head head;
    return import_sniff(&head, map, "", &error) && head.source == source;
}

bool export_known_word2vec(const struct file_map *map) {
    return is_source(map, MODEL_WORD2VEC_BINARY);
}

bool export_known_word2vec_text(const struct file_map *map) {
    return is_source(map, MODEL_WORD2VEC_TEXT);
}

/* A table of numbers with tabs would do as GloVe's, with the first number as the word. */
bool export_known_glove(const struct file_map *map) {
    const unsigned char *newline = memchr(map->data, '\n', map->size);
    const size_t line = newline != NULL ? (size_t)(newline - map->data) : map->size;
    return memchr(map->data, '\t', line) == NULL && is_source(map, MODEL_GLOVE_TEXT);
}

bool export_known_npy(const struct file_map *map) {
    return begins(map, "\x93NUMPY");
}

static uint32_t read_integer(const unsigned char *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Rows of one length, and each says it. */
bool export_known_fvecs(const struct file_map *map) {
    if (map->size < 8)
        return false;
    const uint32_t dim = read_integer(map->data);
    const uint64_t row = 4 * ((uint64_t)dim + 1);
    return dim > 0 && map->size % row == 0 && read_integer(map->data + (map->size - (size_t)row)) == dim;
}

bool export_known_safetensors(const struct file_map *map) {
    static const char start[] = "{\"vectors\":";
    return map->size >= 8 + sizeof start && memcmp(map->data + 8, start, sizeof start - 1) == 0;
}

/* The first line has numbers with tabs between them. */
bool export_known_tensorboard(const struct file_map *map) {
    const unsigned char *at = map->data, *newline = memchr(at, '\n', map->size);
    float number;
    while (newline != NULL) {
        at = import_number(at, newline, &number);
        if (at == NULL || at == newline || *at != '\t')
            return at == newline;
        at++;
    }
    return false;
}

bool export_known_jsonl(const struct file_map *map) {
    return begins(map, "{\"word\":\"");
}

bool export_known_pgvector(const struct file_map *map) {
    return begins(map, "BEGIN;\nCREATE TABLE IF NOT EXISTS word_vectors ");
}
