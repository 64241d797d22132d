#include "query/casefold.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/unicode.h"
#include "text/utf8.h"

/* Case-folds a word. `folded` has room for twice the bytes: a folded code point has at most twice as many. */
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

/* The key of a word; a word without one gets the next. */
static bool find_key(struct casefold *casefold, const char *word, size_t length, uint32_t *key,
                     struct error *error) {
    unsigned char *folded = memory_allocate(2 * length + 4, 1, "a word", error);
    const bool done = folded != NULL && dictionary_add(&casefold->dictionary, folded,
                                                       fold(word, length, folded), 1, 0, key, error);
    free(folded);
    return done;
}

bool casefold_create(struct casefold *casefold, const struct model *model, size_t known,
                     struct error *error) {
    *casefold = (struct casefold){.model = model, .known = known};
    casefold->folded = model->rules.kind == TOKENIZER_WORDS && !model->rules.keep_case;
    if (casefold->folded)
        return true;
    casefold->keys = memory_allocate(known, sizeof *casefold->keys, "the words", error);
    if (casefold->keys == NULL || !dictionary_create(&casefold->dictionary, error))
        return false;
    for (size_t id = 0; id < known; id++) {
        size_t length;
        const char *word = model_word(model, id, &length);
        if (!find_key(casefold, word, length, &casefold->keys[id], error) ||
            !memory_reserve(&casefold->ids, &casefold->capacity, casefold->key_count + 1, "the words", error))
            return false;
        if (casefold->keys[id] == casefold->key_count)
            casefold->ids[casefold->key_count++] = id;
    }
    return true;
}

void casefold_free(struct casefold *casefold) {
    dictionary_free(&casefold->dictionary);
    free(casefold->ids);
    free(casefold->keys);
    *casefold = (struct casefold){.folded = true};
}

bool casefold_find(struct casefold *casefold, const char *word, size_t *id, struct error *error) {
    char normal[TOKEN_BYTES_MAX + 1];
    if (!tokenizer_normalize(casefold->model->rules, word, normal))
        return false;
    if (casefold->folded)
        return model_find(casefold->model, normal, strlen(normal), id) && *id < casefold->known;
    uint32_t key;
    if (!find_key(casefold, normal, strlen(normal), &key, error) || key >= casefold->key_count)
        return false;
    *id = casefold->ids[key];
    return true;
}
