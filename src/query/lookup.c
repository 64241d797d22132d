#include "query/lookup.h"

#include <string.h>

#include "query/spelling.h"
#include "search/vectors.h"
#include "text/normalize.h"

/* Words in error messages are cut at this many bytes. */
#define SHOWN_BYTES 60

#define BLANKS " \t\n\v\f\r"

/* The capital sigma has two small letters, and at the end of a word it is the other one. */
static bool end_with_final_sigma(unsigned char *word, size_t length) {
    static const unsigned char sigma[] = {0xcf, 0x83}, final[] = {0xcf, 0x82};
    if (length < sizeof sigma || memcmp(word + length - sizeof sigma, sigma, sizeof sigma) != 0)
        return false;
    memcpy(word + length - sizeof final, final, sizeof final);
    return true;
}

/* Tries another form of the token, if it is another. */
static bool find_form(const struct model *model, const void *token, size_t length, enum normalize_form form,
                      size_t *id) {
    unsigned char normal[NORMALIZE_BYTES_MAX];
    const size_t bytes = normalize_word(token, length, form, normal);
    return (bytes != length || memcmp(normal, token, bytes) != 0) &&
           model_find(model, (const char *)normal, bytes, id);
}

static bool find_folded(const struct model *model, const void *token, size_t length, size_t *id) {
    unsigned char folded[NORMALIZE_BYTES_MAX];
    const size_t bytes = normalize_word(token, length, NORMALIZE_FOLDED, folded);
    if (model_find(model, (const char *)folded, bytes, id))
        return true;
    return bytes <= TOKEN_BYTES_MAX &&
           (find_form(model, folded, bytes, NORMALIZE_DECOMPOSED, id) ||
            (end_with_final_sigma(folded, bytes) && model_find(model, (const char *)folded, bytes, id)));
}

bool lookup_token(const struct model *model, const char *token, size_t length, size_t *id) {
    return model_find(model, token, length, id) ||
           (length <= TOKEN_BYTES_MAX && (find_form(model, token, length, NORMALIZE_COMPOSED, id) ||
                                          find_form(model, token, length, NORMALIZE_DECOMPOSED, id) ||
                                          (model->try_lowercase && find_folded(model, token, length, id))));
}

bool lookup_phrases_push(struct lookup_phrases *phrases, const char *token, size_t length,
                         struct phrase_item *out, bool *known, size_t *id) {
    const struct phrases *list = phrases->model->phrases;
    phrases->joiner.table = &list->table;
    const struct phrase_item item = {token != NULL ? phrases_find(list, token, length) : UINT32_MAX, 1,
                                     phrases->pushed};
    phrases->pushed += token != NULL;
    *known = false;
    if (token != NULL ? !phrase_push(&phrases->joiner, item, out) : !phrase_flush(&phrases->joiner, out))
        return false;
    if (out->words > 1) {
        size_t bytes;
        const char *word = phrases_word(list, out->id, &bytes);
        *known = model_find(phrases->model, word, bytes, id);
    }
    return true;
}

/* Several words with blanks between them, joined as phrases are. */
static bool find_joined(const struct model *model, const char *words, size_t *id) {
    char joined[TOKEN_BYTES_MAX + 1], part[TOKEN_BYTES_MAX + 1], normal[TOKEN_BYTES_MAX + 1];
    size_t used = 0;
    while (*(words += strspn(words, BLANKS)) != '\0') {
        const size_t length = strcspn(words, BLANKS);
        if (length > TOKEN_BYTES_MAX)
            return false;
        memcpy(part, words, length);
        part[length] = '\0';
        if (!tokenizer_normalize(model->rules, part, normal) || used + 1 + strlen(normal) > TOKEN_BYTES_MAX)
            return false;
        if (used > 0)
            joined[used++] = PHRASE_JOINT;
        memcpy(joined + used, normal, strlen(normal) + 1);
        used += strlen(normal);
        words += length;
    }
    return model_find(model, joined, used, id);
}

bool lookup_word(const struct model *model, const char *word, size_t *id) {
    char normal[TOKEN_BYTES_MAX + 1];
    return model_find(model, word, strlen(word), id) ||
           (tokenizer_normalize(model->rules, word, normal) &&
            lookup_token(model, normal, strlen(normal), id)) ||
           (model->phrases != NULL && find_joined(model, word, id));
}

bool lookup_unseen_token(const struct model *model, const char *token, size_t length, float *row,
                         size_t *used) {
    const struct subwords *subwords = &model->subwords;
    unsigned char folded[NORMALIZE_BYTES_MAX];
    size_t bytes;
    memset(row, 0, model->stride * sizeof *row);
    if (subwords->count == 0 || length > TOKEN_BYTES_MAX)
        return false;
    if (!model->try_lowercase)
        return subwords_vector(subwords, token, length, row, used);
    bytes = normalize_word(token, length, NORMALIZE_FOLDED, folded);
    const bool fold = subwords_known(subwords, (const char *)folded, bytes) >
                      subwords_known(subwords, token, length);
    return subwords_vector(subwords, fold ? (const char *)folded : token, fold ? bytes : length, row, used);
}

bool lookup_unseen(const struct model *model, const char *word, float *row, size_t *used) {
    char normal[TOKEN_BYTES_MAX + 1];
    return model->subwords.count > 0 && tokenizer_normalize(model->rules, word, normal) &&
           lookup_unseen_token(model, normal, strlen(normal), row, used);
}

/* How many bytes of `word` to show: all, or as many whole characters as fit. */
static int shown(const char *word) {
    size_t length = strlen(word);
    if (length > SHOWN_BYTES)
        for (length = SHOWN_BYTES; length > 0 && ((unsigned char)word[length] & 0xc0) == 0x80;)
            length--;
    return (int)length;
}

static bool unknown_word(const struct model *model, const char *word, struct error *error) {
    char normal[TOKEN_BYTES_MAX + 1];
    const int show = shown(word);
    const char *dots = word[show] != '\0' ? "..." : "";
    if (!tokenizer_normalize(model->rules, word, normal))
        return error_set(error, ERROR_NO_ANSWER, "\"%.*s%s\" is not a single word to the model's tokenizer",
                         show, word, dots);
    size_t id, length;
    if (!spelling_closest(model, normal, &id))
        return error_set(error, ERROR_NO_ANSWER, "\"%.*s%s\" is not among the model's %zu words", show, word,
                         dots, model->vocab);
    const char *hint = model_word(model, id, &length);
    return error_set(error, ERROR_NO_ANSWER,
                     "\"%.*s%s\" is not among the model's %zu words; did you mean \"%.*s\"?", show, word,
                     dots, model->vocab, (int)length, hint);
}

bool lookup_known(const struct model *model, const char *word, size_t *id, struct error *error) {
    return lookup_word(model, word, id) || unknown_word(model, word, error);
}

bool lookup_usable(const struct model *model, size_t id, struct error *error) {
    size_t length;
    const char *word = model_word(model, id, &length);
    return vector_word_usable(model, id) ||
           error_set(error, ERROR_NO_ANSWER, "the vector of \"%.*s\" is zero or not finite", (int)length,
                     word);
}
