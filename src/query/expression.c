#include "query/expression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "query/lookup.h"
#include "search/vectors.h"

#define BLANKS " \t\n\v\f\r"

/* A factor may occur this often in a product. */
#define MUL_WEIGHT_MAX 100

/* --- lexemes --- */

enum lexeme_kind { LEXEME_END, LEXEME_COMMA, LEXEME_SIGN, LEXEME_WORD, LEXEME_QUOTED };

struct lexeme {
    enum lexeme_kind kind;
    const char *start; /* without quotation marks */
    size_t length;
    const char *next; /* what follows it */
};

struct text {
    const char *at, *end;
    bool words; /* TOKENIZER_WORDS */
};

/* Whether a word ends at `at`. */
static bool is_border(const struct text *text, const char *at) {
    return at == text->end || strchr(BLANKS, *at) != NULL || (text->words && *at == ',');
}

/* The quotation mark that closes the one at `start`, or NULL. They enclose at least one byte. */
static const char *find_close(const struct text *text, const char *start) {
    for (const char *at = start + 2; at < text->end; at++)
        if (*at == '"' && is_border(text, at + 1))
            return at;
    return NULL;
}

static struct lexeme make_lexeme(enum lexeme_kind kind, const char *start, const char *end) {
    return (struct lexeme){.kind = kind, .start = start, .length = (size_t)(end - start), .next = end};
}

/* The next lexeme; text->at stays where it is. */
static struct lexeme look(const struct text *text) {
    const char *start = text->at;
    while (start < text->end && strchr(BLANKS, *start) != NULL)
        start++;
    if (start == text->end)
        return make_lexeme(LEXEME_END, start, start);
    const bool single = text->words || is_border(text, start + 1);
    if (*start == ',' && single)
        return make_lexeme(LEXEME_COMMA, start, start + 1);
    if ((*start == '+' || *start == '-') && single)
        return make_lexeme(LEXEME_SIGN, start, start + 1);
    const char *close = *start == '"' ? find_close(text, start) : NULL;
    if (close != NULL) {
        struct lexeme lexeme = make_lexeme(LEXEME_QUOTED, start + 1, close);
        lexeme.next = close + 1;
        return lexeme;
    }
    const char *end = start;
    while (!is_border(text, end))
        end++;
    return make_lexeme(LEXEME_WORD, start, end);
}

static struct text make_text(struct tokenizer_rules rules, const char *start, size_t length) {
    return (struct text){.at = start, .end = start + length, .words = rules.kind == TOKENIZER_WORDS};
}

size_t expression_extent(struct tokenizer_rules rules, const char *start) {
    struct text text = make_text(rules, start, strlen(start));
    for (;;) {
        const struct lexeme lexeme = look(&text);
        if (lexeme.kind == LEXEME_END || lexeme.kind == LEXEME_COMMA)
            return (size_t)(lexeme.start - start);
        text.at = lexeme.next;
    }
}

size_t expression_word(struct tokenizer_rules rules, const char **text) {
    const struct text here = make_text(rules, *text, strlen(*text));
    const struct lexeme lexeme = look(&here);
    *text = lexeme.kind == LEXEME_QUOTED ? lexeme.start - 1 : lexeme.start;
    return (size_t)(lexeme.next - *text);
}

/* --- the parser --- */

/* A word or a phrase with its weight. A word that is not in the vocabulary counts as a phrase. */
struct item {
    size_t id;     /* of a word; SIZE_MAX for a phrase */
    size_t phrase; /* a phrase's number */
    double weight;
};

struct parser {
    const struct model *model;
    struct item *items; /* (count); owned */
    size_t count, capacity;
    size_t *ids; /* (id_count) all words that occur; owned */
    size_t id_count, id_capacity;
    float *phrases; /* (phrase_count, stride); owned */
    size_t phrase_count, phrase_capacity;
    struct unseen_word *unseen; /* (unseen_count); owned */
    size_t unseen_count, unseen_capacity;
    double *sum; /* (stride) workspace for a phrase; owned */
    char *word;  /* the current word, ended by a NUL; owned */
    size_t word_capacity;
    char sign;     /* '+' or '-' before the next word, or 0 */
    double weight; /* of the next word, or 0 */
};

static bool add_item(struct parser *parser, size_t id, size_t phrase, struct error *error) {
    const double weight = parser->weight > 0 ? parser->weight : 1;
    if (!memory_reserve(&parser->items, &parser->capacity, parser->count + 1, "the question", error))
        return false;
    parser->items[parser->count++] = (struct item){id, phrase, parser->sign == '-' ? -weight : weight};
    parser->sign = 0;
    parser->weight = 0;
    return true;
}

static bool add_id(struct parser *parser, size_t id, struct error *error) {
    if (!memory_reserve(&parser->ids, &parser->id_capacity, parser->id_count + 1, "the question", error))
        return false;
    parser->ids[parser->id_count++] = id;
    return true;
}

static bool copy_word(struct parser *parser, const char *start, size_t length, struct error *error) {
    if (!memory_reserve(&parser->word, &parser->word_capacity, length + 1, "a word", error))
        return false;
    memcpy(parser->word, start, length);
    parser->word[length] = '\0';
    return true;
}

/* Where words may begin with a sign, one that was meant as a sign is told so. */
static bool check_sign(const struct parser *parser, struct error *error) {
    const char *word = parser->word;
    size_t id;
    if ((word[0] != '-' && word[0] != '+') || lookup_word(parser->model, word, &id) ||
        !lookup_word(parser->model, word + 1, &id))
        return true;
    return error_set(error, ERROR_NO_ANSWER,
                     "\"%s\" is not among the model's %zu words; put a blank behind a sign: %c %s", word,
                     parser->model->vocab, word[0], word + 1);
}

static bool note_unseen(struct parser *parser, size_t ngrams, struct error *error) {
    if (!memory_reserve(&parser->unseen, &parser->unseen_capacity, parser->unseen_count + 1, "the question",
                        error))
        return false;
    char *text = strdup(parser->word);
    if (text == NULL)
        return error_set(error, ERROR_SYSTEM, "out of memory for the question");
    parser->unseen[parser->unseen_count++] = (struct unseen_word){text, ngrams};
    return true;
}

/* The next row of parser->phrases, not yet counted; NULL on failure. */
static float *next_row(struct parser *parser, struct error *error) {
    const size_t stride = parser->model->stride, count = parser->phrase_count;
    return memory_reserve(&parser->phrases, &parser->phrase_capacity, (count + 1) * stride, "a phrase", error)
               ? parser->phrases + count * stride
               : NULL;
}

/* *row = the vector of parser->word: the one of word *id, or one that is made of n-grams (then *id is
 * SIZE_MAX) and lies behind those of the phrases. */
static bool find_row(struct parser *parser, size_t *id, const float **row, struct error *error) {
    const struct model *model = parser->model;
    size_t used;
    if (lookup_word(model, parser->word, id)) {
        *row = vector_row(model, *id);
        return add_id(parser, *id, error);
    }
    float *made = next_row(parser, error);
    if (made == NULL)
        return false;
    *row = made;
    if (!lookup_unseen(model, parser->word, made, &used))
        return lookup_known(model, parser->word, id, error);
    *id = SIZE_MAX;
    return note_unseen(parser, used, error);
}

static bool add_word(struct parser *parser, const char *start, size_t length, struct error *error) {
    size_t id;
    const float *row;
    if (!copy_word(parser, start, length, error) || !check_sign(parser, error) ||
        !find_row(parser, &id, &row, error))
        return false;
    return id == SIZE_MAX ? add_item(parser, id, parser->phrase_count++, error)
                          : add_item(parser, id, 0, error);
}

/* parser->sum = the sum of the phrase's unit vectors. */
static bool sum_phrase(struct parser *parser, struct text text, struct error *error) {
    const struct model *model = parser->model;
    memset(parser->sum, 0, model->stride * sizeof *parser->sum);
    for (;;) {
        text.at += strspn(text.at, BLANKS);
        const char *start = text.at;
        while (text.at < text.end && strchr(BLANKS, *text.at) == NULL)
            text.at++;
        if (start >= text.end)
            return true;
        size_t id;
        const float *row;
        if (!copy_word(parser, start, (size_t)(text.at - start), error) ||
            !find_row(parser, &id, &row, error) || (id != SIZE_MAX && !lookup_usable(model, id, error)))
            return false;
        vector_add(parser->sum, row, 1 / vector_length(row, model->stride), model->stride);
    }
}

static bool add_sum(struct parser *parser, const struct lexeme *lexeme, struct error *error) {
    const size_t stride = parser->model->stride;
    if (parser->sum == NULL)
        parser->sum = memory_allocate(stride, sizeof *parser->sum, "a phrase", error);
    if (parser->sum == NULL ||
        !sum_phrase(parser, (struct text){lexeme->start, lexeme->start + lexeme->length, false}, error))
        return false;
    float *row = next_row(parser, error);
    if (row == NULL)
        return false;
    for (size_t d = 0; d < stride; d++)
        row[d] = (float)parser->sum[d];
    if (!(vector_length(row, stride) >= 1e-6))
        return error_set(error, ERROR_NO_ANSWER, "the words of \"%.*s\" cancel each other out",
                         (int)lexeme->length, lexeme->start);
    return add_item(parser, SIZE_MAX, parser->phrase_count++, error);
}

/* Looks the phrase up with its blanks, however many there are between two words, replaced by one `between`.
 */
static bool find_joined(struct parser *parser, const struct lexeme *lexeme, char between, size_t *id,
                        struct error *error) {
    if (!copy_word(parser, lexeme->start, lexeme->length, error))
        return false;
    char *to = parser->word;
    for (const char *from = parser->word; *from != '\0';) {
        const size_t blanks = strspn(from, BLANKS);
        from += blanks;
        if (blanks > 0 && to > parser->word && *from != '\0')
            *to++ = between;
        else if (*from != '\0')
            *to++ = *from++;
    }
    *to = '\0';
    return lookup_token(parser->model, parser->word, (size_t)(to - parser->word), id);
}

/* Whether the phrase is a word: as it stands, with single blanks, or joined as tools that find phrases do. */
static bool find_phrase(struct parser *parser, const struct lexeme *lexeme, size_t *id, struct error *error) {
    return lookup_token(parser->model, lexeme->start, lexeme->length, id) ||
           find_joined(parser, lexeme, ' ', id, error) || find_joined(parser, lexeme, '_', id, error) ||
           (error->kind == ERROR_NONE && lookup_word(parser->model, parser->word, id));
}

static bool add_quoted(struct parser *parser, const struct lexeme *lexeme, struct error *error) {
    size_t id;
    const char *start = lexeme->start;
    for (size_t i = 0; i < lexeme->length; i++)
        if (strchr(BLANKS, start[i]) != NULL) {
            if (find_phrase(parser, lexeme, &id, error))
                return add_id(parser, id, error) && add_item(parser, id, 0, error);
            return error->kind == ERROR_NONE && add_sum(parser, lexeme, error);
        }
    return add_word(parser, start, lexeme->length, error);
}

static bool add_sign(struct parser *parser, char sign, struct error *error) {
    if (parser->sign != 0)
        return error_set(error, ERROR_INPUT, "\"%c\" and \"%c\" without a word between them", parser->sign,
                         sign);
    parser->sign = sign;
    return true;
}

static bool is_number(const struct lexeme *lexeme) {
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < lexeme->length; i++) {
        digits += lexeme->start[i] >= '0' && lexeme->start[i] <= '9';
        points += lexeme->start[i] == '.';
    }
    return lexeme->kind == LEXEME_WORD && digits > 0 && points <= 1 && digits + points == lexeme->length;
}

static bool take_weight(struct parser *parser, const struct lexeme *lexeme, struct error *error) {
    if (!copy_word(parser, lexeme->start, lexeme->length, error))
        return false;
    if (!number_real(parser->word, &parser->weight) || parser->weight > EXPRESSION_WEIGHT_MAX ||
        parser->weight < 1 / EXPRESSION_WEIGHT_MAX)
        return error_set(error, ERROR_INPUT, "a weight is a number from %g to %g, not \"%.30s\"",
                         1 / EXPRESSION_WEIGHT_MAX, EXPRESSION_WEIGHT_MAX, parser->word);
    return true;
}

static bool is_weight(const struct parser *parser, const struct lexeme *lexeme, enum lexeme_kind next) {
    return parser->weight <= 0 && is_number(lexeme) && (next == LEXEME_WORD || next == LEXEME_QUOTED);
}

/* Pushes the word of a lexeme, NULL for the end. One that is not a single token is in no phrase. */
static bool push_lexeme(struct parser *parser, struct lookup_phrases *phrases, const struct lexeme *lexeme,
                        struct phrase_item *item, bool *known, size_t *id, struct error *error) {
    char normal[TOKEN_BYTES_MAX + 1] = "";
    if (lexeme == NULL)
        return lookup_phrases_push(phrases, NULL, 0, item, known, id);
    if (!copy_word(parser, lexeme->start, lexeme->length, error))
        return false;
    if (!tokenizer_normalize(parser->model->rules, parser->word, normal))
        normal[0] = '\0';
    return lookup_phrases_push(phrases, normal, strlen(normal), item, known, id);
}

/* Whether the words that follow one another in the text, from the first on, begin with a phrase of the model:
 * its id, and the text behind it. Only as many words are looked at as can belong to it. */
static bool find_run(struct parser *parser, struct text text, const char **next, size_t *id,
                     struct error *error) {
    const char *ends[PHRASE_WORDS_MAX + 1];
    struct lookup_phrases phrases = {.model = parser->model};
    struct phrase_item item = {.words = 0};
    bool found = false, known = false;
    size_t count = 0;
    while (!found && count <= PHRASE_WORDS_MAX && error->kind == ERROR_NONE) {
        const struct lexeme lexeme = look(&text);
        text.at = lexeme.next;
        if (lexeme.kind != LEXEME_WORD || (count > 0 && is_weight(parser, &lexeme, look(&text).kind)))
            break;
        ends[count++] = lexeme.next;
        found = push_lexeme(parser, &phrases, &lexeme, &item, &known, id, error);
    }
    if (!found)
        found = push_lexeme(parser, &phrases, NULL, &item, &known, id, error);
    if (!found || !known || item.words == 0 || item.words > count)
        return false;
    *next = ends[item.words - 1];
    return true;
}

/* Adds a word, with those behind it if they are a phrase of the model, and moves *text behind it. */
static bool add_lexeme(struct parser *parser, const struct lexeme *lexeme, struct text *text,
                       struct error *error) {
    size_t id;
    if (lexeme->kind == LEXEME_QUOTED)
        return add_quoted(parser, lexeme, error);
    const struct text from = {lexeme->start, text->end, text->words};
    if (parser->model->phrases != NULL && find_run(parser, from, &text->at, &id, error))
        return add_id(parser, id, error) && add_item(parser, id, 0, error);
    return error->kind == ERROR_NONE && add_word(parser, lexeme->start, lexeme->length, error);
}

static bool parse(struct parser *parser, struct text text, struct error *error) {
    for (;;) {
        const struct lexeme lexeme = look(&text);
        text.at = lexeme.next;
        if (lexeme.kind == LEXEME_END || lexeme.kind == LEXEME_COMMA)
            break;
        const enum lexeme_kind next = look(&text).kind;
        bool done;
        if (lexeme.kind == LEXEME_SIGN)
            done = add_sign(parser, *lexeme.start, error);
        else if (is_weight(parser, &lexeme, next))
            done = take_weight(parser, &lexeme, error);
        else
            done = add_lexeme(parser, &lexeme, &text, error);
        if (!done)
            return false;
    }
    if (parser->sign != 0)
        return error_set(error, ERROR_INPUT, "no word after the last \"%c\"", parser->sign);
    if (parser->count == 0)
        return error_set(error, ERROR_INPUT, "no word in the question");
    return true;
}

static bool parse_analogy(struct parser *parser, struct text text, struct error *error) {
    for (size_t i = 0;; i++) {
        const struct lexeme lexeme = look(&text);
        if (i == 3 && lexeme.kind == LEXEME_END)
            return true;
        if (i == 3 || (lexeme.kind != LEXEME_WORD && lexeme.kind != LEXEME_QUOTED))
            return error_set(error, ERROR_INPUT,
                             "an analogy is three words: a b c, as in \"a is to b as c\"");
        parser->sign = i == 0 ? '-' : '+';
        text.at = lexeme.next;
        if (!add_lexeme(parser, &lexeme, &text, error))
            return false;
    }
}

/* --- the result --- */

static int compare_items(const void *a, const void *b) {
    const struct item *x = a, *y = b;
    if (x->id != y->id)
        return x->id > y->id ? 1 : -1;
    return (x->phrase > y->phrase) - (x->phrase < y->phrase);
}

/* Merges equal items, which are neighbors, and drops those whose weights cancel. Returns how many are left.
 */
static size_t unite(struct item *items, size_t count) {
    size_t united = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        if (united > 0 && compare_items(&items[i], &items[united - 1]) == 0)
            items[united - 1].weight += items[i].weight;
        else
            items[united++] = items[i];
    }
    for (size_t i = 0; i < united; i++)
        if (fabs(items[i].weight) >= 1 / EXPRESSION_WEIGHT_MAX / 2)
            items[left++] = items[i];
    return left;
}

static size_t unique(size_t *ids, size_t count) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (left == 0 || ids[left - 1] != ids[i])
            ids[left++] = ids[i];
    return left;
}

static bool check_weight(double weight, enum method method, struct error *error) {
    if (method == METHOD_MUL && (fabs(weight) > MUL_WEIGHT_MAX || floor(weight) < weight))
        return error_set(error, ERROR_INPUT,
                         "--method mul takes weights that are whole numbers up to %d, not %g", MUL_WEIGHT_MAX,
                         fabs(weight));
    return true;
}

static bool set_term(struct expression *expression, const struct parser *parser, const struct item *item,
                     enum method method, struct error *error) {
    const struct model *model = parser->model;
    const bool phrase = item->id == SIZE_MAX;
    const float *row = phrase ? expression->phrases + item->phrase * model->stride
                              : vector_row(model, item->id);
    if (!phrase && !lookup_usable(model, item->id, error))
        return false;
    expression->terms[expression->count] = (struct term){expression->count, item->weight};
    expression->directions[expression->count] = direction_of(row, model->stride);
    expression->count++;
    return check_weight(item->weight, method, error);
}

static bool measure(struct expression *expression, size_t stride, enum method method, struct error *error) {
    double *sum = memory_allocate(stride, sizeof *sum, "a question's vector", error);
    if (sum == NULL)
        return false;
    expression->length = expression->count == 0 ? 0
                                                : query_length(expression->directions, expression->terms,
                                                               expression->count, sum, stride);
    free(sum);
    if (expression->length > 0 || (expression->count > 0 && method == METHOD_MUL))
        return true;
    return error_set(error, ERROR_NO_ANSWER, "the words cancel each other out");
}

/* Takes over the parser's ids and phrases. */
static bool gather(struct expression *expression, struct parser *parser, enum method method,
                   struct error *error) {
    sort_ids(parser->ids, parser->id_count);
    if (parser->count > 0)
        qsort(parser->items, parser->count, sizeof *parser->items, compare_items);
    expression->ids = parser->ids;
    expression->id_count = unique(parser->ids, parser->id_count);
    expression->phrases = parser->phrases;
    expression->unseen = parser->unseen;
    expression->unseen_count = parser->unseen_count;
    parser->ids = NULL;
    parser->phrases = NULL;
    parser->unseen = NULL;
    parser->unseen_count = 0;
    const size_t count = parser->items != NULL ? unite(parser->items, parser->count) : 0;
    expression->terms = memory_allocate(count, sizeof *expression->terms, "the question", error);
    expression->directions = memory_allocate(count, sizeof *expression->directions, "the question", error);
    if (expression->terms == NULL || expression->directions == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!set_term(expression, parser, &parser->items[i], method, error))
            return false;
    return measure(expression, parser->model->stride, method, error);
}

static void free_unseen(struct unseen_word *unseen, size_t count) {
    for (size_t i = 0; unseen != NULL && i < count; i++)
        free(unseen[i].text);
    free(unseen);
}

typedef bool parse_text(struct parser *parser, struct text text, struct error *error);

static bool build(struct expression *expression, const struct model *model, struct text text,
                  parse_text *parse_with, enum method method, struct error *error) {
    struct parser parser = {.model = model};
    *expression = (struct expression){0};
    const bool done = parse_with(&parser, text, error) && gather(expression, &parser, method, error);
    if (!done)
        expression_free(expression);
    free(parser.items);
    free(parser.ids);
    free(parser.phrases);
    free_unseen(parser.unseen, parser.unseen_count);
    free(parser.sum);
    free(parser.word);
    return done;
}

bool expression_parse(struct expression *expression, const struct model *model, const char *text,
                      size_t length, enum method method, struct error *error) {
    return build(expression, model, make_text(model->rules, text, length), parse, method, error);
}

bool expression_parse_analogy(struct expression *expression, const struct model *model, const char *text,
                              size_t length, enum method method, struct error *error) {
    return build(expression, model, make_text(model->rules, text, length), parse_analogy, method, error);
}

void expression_free(struct expression *expression) {
    free(expression->directions);
    free(expression->terms);
    free(expression->ids);
    free(expression->phrases);
    free_unseen(expression->unseen, expression->unseen_count);
    *expression = (struct expression){0};
}

double expression_cosine(const struct expression *a, const struct expression *b, size_t stride) {
    double sum = 0;
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++) {
            const struct direction *x = &a->directions[i], *y = &b->directions[j];
            sum += a->terms[i].weight * b->terms[j].weight *
                   vector_cosine(x->row, x->square, y->row, y->square, stride);
        }
    return sum / (a->length * b->length);
}
