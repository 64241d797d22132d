/* What near and analogy have in common: questions whose answers are the model's nearest words. */
#ifndef SGNS_CLI_QUERY_SESSION_H
#define SGNS_CLI_QUERY_SESSION_H

#include <stddef.h>

#include "cli/options.h"
#include "model/model.h"
#include "query/expression.h"
#include "search/nearest.h"

struct query_settings {
    uint64_t neighbours, restrict_to, threads; /* the latter two 0 if not given */
    size_t method, format;                     /* enum method, enum output_format */
    const char *threshold;                     /* NULL if not given */
    struct option_texts exclude;               /* its values are freed by the caller */
    bool context;
};

/* The options of a command whose settings begin with a struct query_settings. */
extern const struct option_table query_options;

extern const char *const query_methods[];

struct dialogue;

struct query_session {
    const struct query_settings *settings;
    struct model model;
    struct space space; /* what answers */
    size_t *excluded;   /* (excluded_count) in growing order; owned */
    size_t excluded_count;
    double least;
    size_t threads, most;
    /* From a question's text to an expression. */
    bool (*parse)(struct expression *expression, const struct model *model, const char *text, size_t length,
                  enum method method, struct error *error);
};

/* A question as it was asked. */
struct query_text {
    const char *text; /* not ended by a NUL */
    size_t length;
    size_t number; /* of its line; 0 for a question of the command line */
};

/* Opens the model for questions; `settings` must outlive it. Free with query_close, also after a failure. */
bool query_open(struct query_session *ask, const char *command, const char *path,
                const struct query_settings *settings, struct error *error) MUST_USE;
void query_close(struct query_session *ask);

/* Answers the questions, all in one search as far as memory allows. One that has no answer is reported to
 * `dialogue`; without a dialogue, it is an error before anything is printed. `titles` in a table: each answer
 * begins with a line that repeats the question. */
bool query_questions(struct query_session *ask, const struct query_text *texts, size_t count, bool titles,
                     struct dialogue *dialogue, struct error *error) MUST_USE;

/* The neighbours of the first `count` words, as if each was asked for; words without a direction have none.
 */
bool query_words(struct query_session *ask, size_t count, struct error *error) MUST_USE;

#endif
