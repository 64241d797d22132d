#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "model/model.h"
#include "model/word2vec.h"

struct settings {
    const char *output, *format;
};

struct format {
    const char *name;
    bool binary;
    bool (*write)(struct file_out *file, const struct model *model, struct error *error);
};

static const struct format formats[] = {
    {"word2vec", true, word2vec_write_binary},
    {"word2vec-text", false, word2vec_write_text},
};

static const struct option options[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", NULL, 0, 0, NULL, "word2vec (binary) or word2vec-text; required",
     offsetof(struct settings, format)},
    {"output", 'o', OPTION_TEXT, "FILE", "-", 0, 0, NULL, "the file to write; - is standard output",
     offsetof(struct settings, output)},
};

static const struct format *find_format(const char *name, struct error *error) {
    for (size_t i = 0; name != NULL && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    if (name == NULL)
        error_set(error, ERROR_INPUT, "name a format: --format word2vec or --format word2vec-text");
    else
        error_set(error, ERROR_INPUT, "--format takes one of word2vec, word2vec-text, not \"%s\"", name);
    return NULL;
}

/* The file must not take the place of the model it is made from. */
static bool check_overwrite(const char *path, const char *output, struct error *error) {
    struct stat model, file;
    if (stat(path, &model) == 0 && stat(output, &file) == 0 && model.st_dev == file.st_dev &&
        model.st_ino == file.st_ino)
        return error_set(error, ERROR_INPUT, "%s: the model itself; -o names the file to write", output);
    return true;
}

static bool export(const char *path, const char *output, const struct format *format, struct error *error) {
    struct model model;
    struct file_out file;
    if (!model_open(&model, path, error))
        return false;
    bool done = file_create(&file, output, error);
    if (done) {
        done = format->write(&file, &model, error) && file_commit(&file, error);
        file_abandon(&file);
    }
    model_close(&model);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {0};
    if (!options_parse(options, sizeof options / sizeof *options, &argc, argv, &settings, error))
        return false;
    if (argc != 1)
        return error_set(error, ERROR_INPUT, "name one model to export, not %d", argc);
    const struct format *format = find_format(settings.format, error);
    if (format == NULL)
        return false;
    if (format->binary && strcmp(settings.output, "-") == 0 && isatty(STDOUT_FILENO))
        return error_set(error, ERROR_INPUT,
                         "%s is binary and standard output a terminal; name a file with -o", format->name);
    return check_overwrite(argv[0], settings.output, error) &&
           export(argv[0], settings.output, format, error);
}

const struct command command_export = {
    .name = "export",
    .arguments = "MODEL -f FORMAT [-o FILE]",
    .summary = "writes the vectors for other tools",
    .details = "word2vec       binary, as word2vec.c writes it and gensim reads it\n"
               "word2vec-text  text, numbers that read back as the same 32-bit floats",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
