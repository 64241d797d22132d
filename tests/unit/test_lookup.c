#include "query/lookup.h"

#include <string.h>

#include "query/casefold.h"
#include "toy_model.h"

/* A vocabulary of another program, in both forms and cases. */
static const char *const words[] = {
    "москва",  "School",
    "naïve",   "pin\u0303ata",
    "PARIS",   "paris",
    "σίσυφος", "istanbul",
    "Ünder",   "u\u0308ber",
    "Ǆ",       "straße",
    "한국",    "\u1112\u1161\u11ab",
};
#define WORDS (sizeof words / sizeof *words)

static struct model open_words(bool try_lowercase) {
    struct model model = toy_open(
        &(struct toy){.words = words, .vocab = WORDS, .dim = 1, .kind = TOKENIZER_WHITESPACE});
    model.try_lowercase = try_lowercase;
    return model;
}

struct asked {
    const char *word, *found; /* NULL: nothing */
};

static const char *find(const struct model *model, const char *word) {
    size_t id;
    return lookup_token(model, word, strlen(word), &id) ? words[id] : NULL;
}

static void check_asked(struct test *test, const struct model *model, const struct asked *asked,
                        size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *found = find(model, asked[i].word);
        CHECK_MSG(test,
                  found == NULL ? asked[i].found == NULL
                                : asked[i].found != NULL && strcmp(found, asked[i].found) == 0,
                  "%s: %s", asked[i].word, found != NULL ? found : "nothing");
    }
}

static void in_any_form_and_case(struct test *test) {
    const struct asked asked[] = {
        {"Москва", "москва"},
        {"МОСКВА", "москва"},
        {"school", NULL},
        {"School", "School"},
        {"NAI\u0308VE", "naïve"},
        {"piñata", "pin\u0303ata"},
        {"PIÑATA", "pin\u0303ata"},
        {"Über", "u\u0308ber"},
        {"PARIS", "PARIS"},
        {"Paris", "paris"},
        {"ΣΊΣΥΦΟΣ", "σίσυφος"},
        {"İstanbul", "istanbul"},
        {"I\u0307stanbul", "istanbul"},
        {"STRAẞE", "straße"},
        {"STRASSE", NULL},
        {"ünder", NULL},
        {"U\u0308nder", "Ünder"},
        {"한국", "한국"},
        {"\u1112\u1161\u11ab국", "한국"},
        {"\xff", NULL},
        {"", NULL},
    };
    struct model model = open_words(true);
    check_asked(test, &model, asked, sizeof asked / sizeof *asked);
    model_close(&model);
}

static void in_any_form_but_as_written(struct test *test) {
    const struct asked asked[] = {{"Москва", NULL},         {"москва", "москва"},       {"Paris", NULL},
                                  {"nai\u0308ve", "naïve"}, {"piñata", "pin\u0303ata"}, {"PIÑATA", NULL}};
    struct model model = open_words(false);
    check_asked(test, &model, asked, sizeof asked / sizeof *asked);
    model_close(&model);
}

/* No token is so long, but the names of other programs may be. */
static void too_long_to_be_asked(struct test *test) {
    char word[TOKEN_BYTES_MAX + 2];
    struct model model = open_words(true);
    size_t id;
    memset(word, 'A', sizeof word);
    for (size_t length = TOKEN_BYTES_MAX - 1; length <= sizeof word; length++)
        CHECK(test, !lookup_token(&model, word, length, &id));
    model_close(&model);
}

/* Test files are compared by case and form: the first of the words that are the same is found. */
static void casefold_finds_all_forms(struct test *test) {
    const struct asked asked[] = {
        {"МОСКВА", "москва"},   {"SCHOOL", "School"},
        {"school", "School"},   {"Paris", "PARIS"},
        {"ünder", "Ünder"},     {"u\u0308nder", "Ünder"},
        {"ΣΊΣΥΦΟΣ", "σίσυφος"}, {"ǆ", "Ǆ"},
        {"pinata", NULL},       {"PIN\u0303ATA", "pin\u0303ata"},
    };
    struct model model = open_words(true);
    struct error error = {.kind = ERROR_NONE};
    struct casefold casefold;
    CHECK(test, casefold_create(&casefold, &model, model.vocab, &error));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        size_t id = 0;
        const bool found = casefold_find(&casefold, asked[i].word, &id, &error);
        CHECK_MSG(test, found == (asked[i].found != NULL), "%s", asked[i].word);
        CHECK_MSG(test, !found || strcmp(words[id], asked[i].found) == 0, "%s: %s", asked[i].word, words[id]);
    }
    casefold_free(&casefold);
    model_close(&model);
}

static const struct test_case cases[] = {
    {"lookup: in any form and case", in_any_form_and_case},
    {"lookup: in any form, but the case as written", in_any_form_but_as_written},
    {"lookup: too long to be asked", too_long_to_be_asked},
    {"lookup: casefold finds all forms", casefold_finds_all_forms},
};

TEST_MAIN(cases)
