#include "cli/picture_file.h"

#include "base/place.h"
#include "cli/message.h"
#include "formats/export_formats.h"

static bool create(struct picture_file *picture, const struct picture_file_settings *settings,
                   struct error *error) {
    const struct export_format format = {.name = settings->kind, .known = settings->known};
    if (*settings->path == '\0')
        return error_set(error, ERROR_INPUT, "the name of the file to write is empty");
    if (place_same_file(settings->path, settings->model_path))
        return error_set(error, ERROR_INPUT, "%s: this is the model itself; name another file with -o",
                         settings->path);
    if (!file_create_or_stream(&picture->file, settings->path, error))
        return false;
    if (picture->file.left != NULL)
        message_warn(settings->command, "%s: left by a process that did not end; remove it",
                     picture->file.left);
    return settings->force || export_check_old(&format, &picture->file, 1, error);
}

bool picture_file_begin(struct picture_file *picture, const struct picture_file_settings *settings,
                        struct error *error) {
    picture->file = (struct file_out){.descriptor = -1};
    bool done = create(picture, settings, error);
    if (done) {
        interrupt_hold(&picture->interrupt);
        done = interrupt_watch(&picture->interrupt, &picture->file, 1, error);
    }
    if (!done)
        file_abandon(&picture->file);
    return done;
}

bool picture_file_end(struct picture_file *picture, const struct markup *markup, const struct model *model,
                      bool done, struct error *error) {
    done = done && markup_done(markup, error) &&
           file_write(&picture->file, markup->text, markup->bytes, error) && model_unchanged(model, error) &&
           interrupt_commit(&picture->interrupt, &picture->file, error);
    interrupt_end(&picture->interrupt);
    file_abandon(&picture->file);
    return done;
}
