/* Questions from standard input: its lines, or what is typed on a terminal. */
#ifndef SGNS_CLI_DIALOGUE_H
#define SGNS_CLI_DIALOGUE_H

#include <stddef.h>

#include "base/error.h"
#include "cli/output.h"

struct request {
    char *text;    /* a line that is not blank, ended by a NUL, without a newline or a carriage
                    return before it; owned by the dialogue */
    size_t number; /* of the line, from 1 */
};

struct dialogue {
    const char *command; /* for errors; and the prompt is "COMMAND> " */
    const char *help;    /* what `help` prints on a terminal */
    /* Answers requests[0 .. count) in their order; what has no answer is given to dialogue_unanswered. False
     * only where going on makes no sense. */
    bool (*answer)(struct dialogue *dialogue, void *context, const struct request *requests, size_t count,
                   struct error *error);
    void *context;
    size_t most;     /* requests at a time, at least 1 */
    bool terminal;   /* set by dialogue_run: a person asks */
    bool unanswered; /* something was */
};

/* Until the end of input. Answers are written as soon as all lines that are there are answered. On a terminal
 * the lines are asked for, and `help` and `history` are commands; elsewhere, it is ERROR_NO_ANSWER with an
 * empty text if a request had no answer. */
bool dialogue_run(struct dialogue *dialogue, struct error *error) MUST_USE;

/* Prints why a request has no answer, in its place between the answers. */
void dialogue_unanswered(struct dialogue *dialogue, size_t number, const struct error *why);

/* Prints the answer of a line. */
typedef bool dialogue_line(void *context, const char *line, struct error *error);

/* For dialogue->answer: answers the requests one by one. What has no answer is reported, and in a table an
 * empty line stands for it, so that lines and answers stay in step. */
bool dialogue_each(struct dialogue *dialogue, const struct request *requests, size_t count,
                   enum output_format format, dialogue_line *answer_line, struct error *error) MUST_USE;

#endif
