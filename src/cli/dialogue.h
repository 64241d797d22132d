/* How a command answers questions: the words of the command line are one question; without them, each line of
 * standard input is one, or what is typed on a terminal. */
#ifndef SGNS_CLI_DIALOGUE_H
#define SGNS_CLI_DIALOGUE_H

#include <stddef.h>

#include "base/error.h"
#include "cli/output.h"

/* A question. */
struct request {
    const char *text; /* a line ended by a NUL; or a part of one, which `answer` may make */
    size_t length;
    size_t number; /* of its line, from 1; 0 on the command line */
};

struct dialogue {
    const char *command; /* its name, for errors; the prompt is "COMMAND> " */
    const char *help;    /* what `help` prints on a terminal */
    enum output_format format;
    bool phrases;              /* a word of the command line with blanks inside is put in quotation marks */
    bool spaced;               /* in a table, an empty line follows each answer to a line of standard input */
    const struct model *model; /* that the answers come from: it must not be written over meanwhile */
    void *context;
    /* Answers a line, or nothing and fails. */
    bool (*answer_line)(void *context, const char *line, struct error *error);
    /* Optional, instead of answer_line: answers requests[0 .. count) together and in order. It calls
     * dialogue_end_answer after each answer, and dialogue_unanswered where there is none. */
    bool (*answer)(struct dialogue *dialogue, const struct request *requests, size_t count,
                   struct error *error);
    /* Optional: answers the words of the command line, which otherwise become a line. */
    bool (*answer_words)(void *context, char **words, size_t count, struct error *error);
    bool terminal;   /* set by dialogue_run: standard input is a terminal */
    bool unanswered; /* set by dialogue_run: a request had no answer */
};

/* Answers the words, or all lines if there are no words. Answers are written as soon as all lines that have
 * arrived are answered. A line without an answer is reported on standard error and does not end the dialogue,
 * but makes it end with ERROR_NO_ANSWER and an empty text. On a terminal, a prompt asks for each line, an
 * unanswered line is no error, and `help`, `history`, `exit` and `quit` are commands, whether or not the
 * model has such a word: it is asked for in quotation marks. */
bool dialogue_run(struct dialogue *dialogue, char **words, int count, struct error *error) MUST_USE;

/* Ends the answer to a line: an empty line, if `spaced`. */
void dialogue_end_answer(const struct dialogue *dialogue);

/* Whether `why` ends the dialogue: an error of the system, or any on the command line. */
bool dialogue_is_fatal(const struct request *request, const struct error *why);

/* Reports why a request has no answer. In a table, an empty line takes the answer's place, so that lines and
 * answers stay in step. */
void dialogue_unanswered(struct dialogue *dialogue, const struct request *request, const struct error *why);

#endif
