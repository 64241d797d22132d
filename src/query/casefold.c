#include "query/casefold.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/normalize.h"

/* The key of a word; a word without one gets the next. Words that are too long for a token can't be asked
 * for, so each has a key of its own. */
static bool find_key(struct casefold *casefold, const char *word, size_t length, uint32_t *key,
                     struct error *error) {
    unsigned char folded[NORMALIZE_BYTES_MAX];
    const unsigned char *bytes = (const unsigned char *)word;
    if (length <= TOKEN_BYTES_MAX) {
        length = normalize_word(word, length, NORMALIZE_FOLDED, folded);
        bytes = folded;
    }
    return dictionary_add(&casefold->dictionary, bytes, length, 1, 0, key, error);
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
