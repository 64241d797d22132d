#include "query/lookup.h"

#include <string.h>

bool lookup_word(const struct model *model, const char *word, size_t *id) {
    char normal[TOKEN_BYTES_MOST + 1];
    if (model->small_letters)
        return lookup_any_case(model, word, id);
    return tokenizer_normalize(model->rules, word, normal) && model_find(model, normal, strlen(normal), id);
}

bool lookup_any_case(const struct model *model, const char *word, size_t *id) {
    char normal[TOKEN_BYTES_MOST + 1];
    if (!tokenizer_normalize(model->rules, word, normal))
        return false;
    if (model_find(model, normal, strlen(normal), id))
        return true;
    for (char *c = normal; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return model_find(model, normal, strlen(normal), id);
}
