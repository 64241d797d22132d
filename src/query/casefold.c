#include "query/casefold.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/unicode.h"
#include "text/utf8.h"

/* A folded code point has at most twice the bytes. */
static size_t fold(const char *word, size_t length, unsigned char *folded) {
    const unsigned char *at = (const unsigned char *)word, *end = at + length;
    size_t used = 0;
    while (at < end) {
        uint32_t point;
        const int bytes = utf8_decode(at, end, &point);
        if (bytes < 0)
            folded[used++] = *at++;
        else {
            used += utf8_encode(unicode_fold(point), folded + used);
            at += bytes;
        }
    }
    return used;
}

/* The key of a word, a new one if there is none yet. */
static bool find_key(struct caseless *caseless, const char *word, size_t length, uint32_t *key,
                     struct error *error) {
    unsigned char *folded = memory_allocate(2 * length + 4, 1, "a word", error);
    const bool done = folded != NULL && dictionary_add(&caseless->dictionary, folded,
                                                       fold(word, length, folded), 1, 0, key, error);
    free(folded);
    return done;
}

bool caseless_create(struct caseless *caseless, const struct model *model, size_t known,
                     struct error *error) {
    *caseless = (struct caseless){.model = model, .known = known};
    caseless->folded = model->rules.kind == TOKENIZER_WORDS && !model->rules.keep_case;
    if (caseless->folded)
        return true;
    caseless->keys = memory_allocate(known, sizeof *caseless->keys, "the words", error);
    if (caseless->keys == NULL || !dictionary_create(&caseless->dictionary, error))
        return false;
    for (size_t id = 0; id < known; id++) {
        size_t length;
        const char *word = model_word(model, id, &length);
        if (!find_key(caseless, word, length, &caseless->keys[id], error) ||
            !memory_reserve(&caseless->ids, &caseless->capacity, caseless->key_count + 1, "the words", error))
            return false;
        if (caseless->keys[id] == caseless->key_count)
            caseless->ids[caseless->key_count++] = id;
    }
    return true;
}

void caseless_free(struct caseless *caseless) {
    dictionary_free(&caseless->dictionary);
    free(caseless->ids);
    free(caseless->keys);
    *caseless = (struct caseless){.folded = true};
}

bool caseless_find(struct caseless *caseless, const char *word, size_t *id, struct error *error) {
    char normal[TOKEN_BYTES_MOST + 1];
    if (!tokenizer_normalize(caseless->model->rules, word, normal))
        return false;
    if (caseless->folded)
        return model_find(caseless->model, normal, strlen(normal), id) && *id < caseless->known;
    uint32_t key;
    if (!find_key(caseless, normal, strlen(normal), &key, error) || key >= caseless->key_count)
        return false;
    *id = caseless->ids[key];
    return true;
}
