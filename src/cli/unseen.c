#include "cli/unseen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/message.h"

bool unseen_create(struct unseen_told *told, const char *command, struct error *error) {
    *told = (struct unseen_told){.command = command};
    return dictionary_create(&told->words, error);
}

void unseen_free(struct unseen_told *told) {
    dictionary_free(&told->words);
    *told = (struct unseen_told){.command = NULL};
}

bool unseen_tell(struct unseen_told *told, const char *word, size_t ngrams, struct error *error) {
    uint32_t id;
    const size_t before = told->words.size, length = strlen(word);
    if (!dictionary_add(&told->words, (const unsigned char *)word, length, 1, 0, &id, error))
        return false;
    if (told->words.size == before)
        return true;
    message_warn(told->command, "\"%s\" is not in the vocabulary; its vector is made of %zu n-gram%s", word,
                 ngrams, ngrams == 1 ? "" : "s");
    return true;
}

bool unseen_tell_all(struct unseen_told *told, const struct expression *expression, struct error *error) {
    for (size_t i = 0; i < expression->unseen_count; i++)
        if (!unseen_tell(told, expression->unseen[i].text, expression->unseen[i].ngrams, error))
            return false;
    return true;
}

void unseen_sum_up(const char *command, size_t words, const char *path) {
    if (words == 0)
        return;
    message_warn(command, "%s%s%zu word%s not in the vocabulary; %s made of n-grams",
                 path != NULL ? path : "", path != NULL ? ": " : "", words, words == 1 ? " is" : "s are",
                 words == 1 ? "its vector is" : "their vectors are");
}

bool unseen_list(struct line **list, size_t *count, const struct expression *expression,
                 struct error *error) {
    size_t capacity = *count;
    if (!memory_reserve(list, &capacity, *count + expression->unseen_count, "the words", error))
        return false;
    for (size_t i = 0; i < expression->unseen_count; i++)
        (*list)[(*count)++] = (struct line){expression->unseen[i].text, strlen(expression->unseen[i].text)};
    return true;
}
