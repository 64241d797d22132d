#include "query/expression.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/lookup.h"
#include "query/spelling.h"
#include "query/vectors.h"

#define BLANKS " \t\n\v\f\r"

/* A word in an error sentence is cut at so many bytes. */
#define SHOWN_BYTES 60

struct term {
    size_t id;
    double weight;
};

struct parser {
    const struct model *model;
    struct term *terms; /* (count); owned */
    size_t count, capacity;
    char *word; /* (capacity) room for the word at hand, ended by a NUL; owned */
    size_t word_capacity;
    char sign; /* '+' or '-' that waits for its word, or 0 */
};

/* Bytes of `word` to show: all, or as many whole characters as fit. */
static int shown(const char *word) {
    size_t length = strlen(word);
    if (length > SHOWN_BYTES)
        for (length = SHOWN_BYTES; length > 0 && ((unsigned char)word[length] & 0xc0) == 0x80;)
            length--;
    return (int)length;
}

static bool unknown_word(const struct model *model, const char *word, struct error *error) {
    char normal[TOKEN_BYTES_MOST + 1];
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

static bool add_word(struct parser *parser, const char *word, struct error *error) {
    struct term term = {.weight = parser->sign == '-' ? -1 : 1};
    parser->sign = 0;
    if (!lookup_word(parser->model, word, &term.id))
        return unknown_word(parser->model, word, error);
    if (!memory_reserve(&parser->terms, &parser->capacity, parser->count + 1, "the question", error))
        return false;
    parser->terms[parser->count++] = term;
    return true;
}

static bool add_sign(struct parser *parser, char sign, struct error *error) {
    if (parser->sign != 0)
        return error_set(error, ERROR_INPUT, "\"%c\" and \"%c\" without a word between them", parser->sign,
                         sign);
    parser->sign = sign;
    return true;
}

/* Takes what stands between two blanks: a word, a sign, or both. */
static bool add_token(struct parser *parser, const char *token, size_t length, struct error *error) {
    const bool sign = token[0] == '+' || token[0] == '-';
    if (sign && (length == 1 || parser->model->rules.kind != TOKENIZER_WHITESPACE)) {
        if (!add_sign(parser, token[0], error))
            return false;
        token++;
        length--;
    }
    if (length == 0)
        return true;
    if (!memory_reserve(&parser->word, &parser->word_capacity, length + 1, "a word", error))
        return false;
    memcpy(parser->word, token, length);
    parser->word[length] = '\0';
    return add_word(parser, parser->word, error);
}

static bool add_text(struct parser *parser, const char *text, struct error *error) {
    for (;;) {
        text += strspn(text, BLANKS);
        const size_t length = strcspn(text, BLANKS);
        if (length == 0)
            return true;
        if (!add_token(parser, text, length, error))
            return false;
        text += length;
    }
}

static int compare_terms(const void *a, const void *b) {
    const size_t x = ((const struct term *)a)->id, y = ((const struct term *)b)->id;
    return (x > y) - (x < y);
}

/* The terms by id, each word once. */
static bool gather(struct expression *expression, struct term *terms, size_t count, struct error *error) {
    expression->ids = memory_allocate(count, sizeof *expression->ids, "the question", error);
    expression->weights = memory_allocate(count, sizeof *expression->weights, "the question", error);
    if (expression->ids == NULL || expression->weights == NULL) {
        expression_free(expression);
        return false;
    }
    /* Without a word parse() has failed. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
    qsort(terms, count, sizeof *terms, compare_terms);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || terms[i].id != terms[i - 1].id)
            expression->ids[expression->count++] = terms[i].id;
        expression->weights[expression->count - 1] += terms[i].weight;
    }
    return true;
}

static bool parse(struct parser *parser, const char *const *texts, size_t text_count, struct error *error) {
    for (size_t i = 0; i < text_count; i++)
        if (!add_text(parser, texts[i], error))
            return false;
    if (parser->sign != 0)
        return error_set(error, ERROR_INPUT, "no word behind the last \"%c\"", parser->sign);
    if (parser->count == 0)
        return error_set(error, ERROR_INPUT, "no word in the question");
    return true;
}

bool expression_parse(struct expression *expression, const struct model *model, const char *const *texts,
                      size_t text_count, struct error *error) {
    *expression = (struct expression){0};
    struct parser parser = {.model = model};
    const bool done = parse(&parser, texts, text_count, error) &&
                      gather(expression, parser.terms, parser.count, error);
    free(parser.terms);
    free(parser.word);
    return done;
}

void expression_free(struct expression *expression) {
    free(expression->ids);
    free(expression->weights);
    *expression = (struct expression){0};
}

bool expression_target(const struct expression *expression, const struct model *model, float *target,
                       struct error *error) {
    for (size_t d = 0; d < model->stride; d++)
        target[d] = 0;
    for (size_t i = 0; i < expression->count; i++) {
        const size_t id = expression->ids[i];
        size_t length;
        const char *word = model_word(model, id, &length);
        if (!vector_usable(model, id))
            return error_set(error, ERROR_NO_ANSWER, "the vector of \"%.*s\" is zero or not finite",
                             (int)length, word);
        vector_add_unit(model, id, (float)expression->weights[i], target);
    }
    if (!vector_unit(target, model->stride))
        return error_set(error, ERROR_NO_ANSWER, "the words cancel each other out: no direction is left");
    return true;
}
