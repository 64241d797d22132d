/* What near and analogy share: questions in words, answered by the model's nearest words. */
#ifndef SGNS_CLI_QUERY_SESSION_H
#define SGNS_CLI_QUERY_SESSION_H

#include <stddef.h>

#include "cli/dialogue.h"
#include "cli/options.h"
#include "cli/unseen.h"
#include "model/model.h"
#include "query/expression.h"
#include "search/nearest.h"

struct query_settings {
    uint64_t neighbors, restrict_to, threads; /* the latter two 0 if not given */
    size_t method, format;                    /* enum method, enum output_format */
    struct option_real threshold;
    struct option_texts exclude;
    bool context, known;
};

/* The options of a command whose settings begin with a struct query_settings. */
extern const struct option_table query_options;

extern const char *const query_methods[];

struct query_session {
    const struct query_settings *settings;
    struct model model;
    struct space space;   /* the rows that can answer */
    struct search search; /* what is the same for all questions */
    size_t *excluded;     /* (excluded_count) words that never answer; owned */
    size_t excluded_count;
    struct unseen_told told;
    bool commas; /* several questions on a line are separated by commas */
    /* From a question's text to an expression. */
    bool (*parse)(struct expression *expression, const struct model *model, const char *text, size_t length,
                  enum method method, struct error *error);
};

/* Opens the model for questions; `settings`, `commas` and `parse` are set by the caller, the rest zeroed.
 * Close with query_close, also after a failure. */
bool query_open(struct query_session *session, const char *command, const char *path,
                struct error *error) MUST_USE;
void query_close(struct query_session *session);

/* For dialogue->answer, with the session as context: all questions are searched for at once, as far as memory
 * allows. In a table, the answers to several questions of the command line are titled with the questions. */
bool query_answer(struct dialogue *dialogue, const struct request *requests, size_t count,
                  struct error *error) MUST_USE;

/* The neighbors of every word that can answer, as if each was asked for; words whose vector is zero or not
 * finite have none. */
bool query_all_words(struct query_session *session, struct error *error) MUST_USE;

#endif
