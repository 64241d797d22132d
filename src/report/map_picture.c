#include "report/map_picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/labels.h"
#include "report/style.h"

#define START "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by sgns map -->\n"

#define FONT_SIZE 12.0
#define LABEL_HEIGHT 14.0
#define BASELINE 10.8 /* from the top of a label */
#define CHARACTERS_MAX 28
#define DOTS "\xe2\x80\xa6" /* ... */
#define MARGIN_X 34.0
#define MARGIN_Y 14.0
#define CAPTION_HEIGHT 34.0

/* Pixels that a word's label takes of the picture, with the room around it, and the picture's shape. */
#define WORD_AREA 2600.0
#define SHAPE 1.45

void map_picture_size(size_t count, double *width, double *height) {
    *width = fmin(fmax(round(sqrt((double)count * WORD_AREA * SHAPE) / 10) * 10, 640), 4000);
    *height = round(*width / SHAPE);
}

bool map_picture_known(const struct file_map *map) {
    return map->size >= sizeof START - 1 && memcmp(map->data, START, sizeof START - 1) == 0;
}

/* --- from coordinates to pixels --- */

struct frame {
    double mean_x, mean_y, cosine, sine; /* of the turn that brings the longest spread along x */
    double min_x, min_y, scale_x, scale_y, left, top;
    bool upright; /* x and y change places, for a picture that is taller than wide */
};

static void turn(const struct frame *frame, double x, double y, double *across, double *along) {
    const double dx = x - frame->mean_x, dy = y - frame->mean_y;
    const double a = frame->cosine * dx + frame->sine * dy, b = frame->cosine * dy - frame->sine * dx;
    *across = frame->upright ? b : a;
    *along = frame->upright ? a : b;
}

/* The angle of the points' longest spread: half of that of (xx - yy, 2 xy). */
static void find_turn(struct frame *frame, const struct map_word *words, size_t count) {
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        frame->mean_x += words[i].x / (double)count;
        frame->mean_y += words[i].y / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        const double dx = words[i].x - frame->mean_x, dy = words[i].y - frame->mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    const double difference = xx - yy, length = sqrt(difference * difference + 4 * xy * xy);
    const double cosine_twice = length > 0 ? difference / length : 1;
    frame->cosine = sqrt(fmax((1 + cosine_twice) / 2, 0));
    frame->sine = (xy < 0 ? -1 : 1) * sqrt(fmax((1 - cosine_twice) / 2, 0));
}

/* One scale for both axes, but that the map may be stretched by a quarter to fill the picture. */
static void find_scale(struct frame *frame, const struct map_picture *picture) {
    double max_x = -INFINITY, max_y = -INFINITY;
    frame->min_x = frame->min_y = INFINITY;
    for (size_t i = 0; i < picture->count; i++) {
        double x, y;
        turn(frame, picture->words[i].x, picture->words[i].y, &x, &y);
        frame->min_x = fmin(frame->min_x, x);
        frame->min_y = fmin(frame->min_y, y);
        max_x = fmax(max_x, x);
        max_y = fmax(max_y, y);
    }
    const double width = picture->width - 2 * MARGIN_X, height = picture->height - 2 * MARGIN_Y;
    const double wide = max_x - frame->min_x, high = max_y - frame->min_y;
    const double scale_x = wide > 0 ? width / wide : 0, scale_y = high > 0 ? height / high : 0;
    const double common = wide > 0 && high > 0 ? fmin(scale_x, scale_y) : fmax(scale_x, scale_y);
    frame->scale_x = fmin(scale_x, common * 1.25);
    frame->scale_y = fmin(scale_y, common * 1.25);
    frame->left = MARGIN_X + (width - wide * frame->scale_x) / 2;
    frame->top = MARGIN_Y + (height - high * frame->scale_y) / 2;
}

static void place_points(struct label *labels, const struct map_picture *picture) {
    struct frame frame = {.upright = picture->height > picture->width};
    find_turn(&frame, picture->words, picture->count);
    find_scale(&frame, picture);
    for (size_t i = 0; i < picture->count; i++) {
        double x, y;
        turn(&frame, picture->words[i].x, picture->words[i].y, &x, &y);
        labels[i].x = frame.left + (x - frame.min_x) * frame.scale_x;
        labels[i].y = frame.top + (y - frame.min_y) * frame.scale_y;
    }
}

/* --- drawing --- */

static void measure_label(struct label *label, const struct map_word *word) {
    size_t bytes;
    const double width = label_text_cut(word->text, word->length, CHARACTERS_MAX, &bytes);
    label->width = FONT_SIZE * (width * (word->big ? 1.1 : 1) + (bytes < word->length ? 1 : 0));
    label->height = LABEL_HEIGHT;
    label->radius = word->big ? 4.5 : 2.7;
}

/* From the dot to the nearest place of the label. */
static void write_lead(struct markup *markup, const struct label *label) {
    markup_text(markup, "<path class=\"lead\" d=\"M");
    markup_number(markup, label->x);
    markup_text(markup, " ");
    markup_number(markup, label->y);
    markup_text(markup, "L");
    markup_number(markup, fmin(fmax(label->x, label->left), label->left + label->width));
    markup_text(markup, " ");
    markup_number(markup, fmin(fmax(label->y, label->top + 2), label->top + label->height - 2));
    markup_text(markup, "\"/>");
}

static void write_text(struct markup *markup, const struct label *label, const struct map_word *word) {
    size_t bytes;
    label_text_cut(word->text, word->length, CHARACTERS_MAX, &bytes);
    /* The text may be narrower than the room kept for it: it stays at the side of its dot. */
    const double middle = label->left + label->width / 2;
    const char *anchor = fabs(middle - label->x) < label->width / 4 ? "middle"
                         : middle > label->x                        ? NULL
                                                                    : "end";
    markup_text(markup, "<text x=\"");
    markup_number(markup, anchor == NULL   ? label->left
                          : *anchor == 'm' ? middle
                                           : label->left + label->width);
    markup_text(markup, "\" y=\"");
    markup_number(markup, label->top + BASELINE);
    if (anchor != NULL)
        markup_print(markup, "\" text-anchor=\"%s", anchor);
    markup_text(markup, word->big ? "\" class=\"halo big\">" : "\" class=\"halo\">");
    markup_escaped(markup, word->text, bytes);
    markup_text(markup, bytes < word->length ? DOTS "</text>" : "</text>");
}

/* A word without a label says its name when it is pointed at. */
static void write_word(struct markup *markup, const struct label *label, const struct map_word *word,
                       bool numbered) {
    size_t bytes;
    label_text_cut(word->text, word->length, CHARACTERS_MAX, &bytes);
    markup_print(markup, "<g class=\"c%u", (unsigned)(word->class % STYLE_CLASSES));
    if (numbered)
        markup_print(markup, "\" data-w=\"%zu", word->number);
    markup_text(markup, "\">");
    if (!label->placed || bytes < word->length) {
        markup_text(markup, "<title>");
        markup_escaped(markup, word->text, word->length);
        markup_text(markup, "</title>");
    }
    if (label->placed && label->led)
        write_lead(markup, label);
    markup_text(markup, "<circle cx=\"");
    markup_number(markup, label->x);
    markup_text(markup, "\" cy=\"");
    markup_number(markup, label->y);
    markup_text(markup, "\" r=\"");
    markup_number(markup, label->radius);
    markup_text(markup, "\"/>");
    if (label->placed)
        write_text(markup, label, word);
    markup_text(markup, "</g>\n");
}

static void write_attributes(struct markup *markup, const struct map_picture *picture, bool alone) {
    const double height = picture->height + (alone ? CAPTION_HEIGHT : 0);
    markup_text(markup, alone ? START "<svg" : "<svg");
    if (alone)
        markup_print(markup, " xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\"",
                     picture->width, height);
    markup_print(markup,
                 " class=\"map\" viewBox=\"0 0 %.0f %.0f\" font-size=\"12\" font-family=\"%s\" role=\"img\"",
                 picture->width, height, STYLE_FONT);
    markup_text(markup, " aria-label=\"");
    markup_escaped(markup, picture->title, strlen(picture->title));
    markup_text(markup, "\">\n");
}

static void write_caption(struct markup *markup, const struct map_picture *picture) {
    const struct {
        const char *text, *class;
    } lines[] = {{picture->title, "ink big"}, {picture->description, "faint"}};
    for (int i = 0; i < 2; i++) {
        markup_print(markup, "<text class=\"%s\" x=\"12\" y=\"%.0f\">", lines[i].class,
                     picture->height + 8 + 16 * i);
        markup_escaped(markup, lines[i].text, strlen(lines[i].text));
        markup_text(markup, "</text>\n");
    }
}

void map_picture_write(struct markup *markup, const struct map_picture *picture, bool alone) {
    struct label *labels = memory_allocate(picture->count, sizeof *labels, "the labels", &markup->error);
    if (labels == NULL)
        return;
    for (size_t i = 0; i < picture->count; i++)
        measure_label(&labels[i], &picture->words[i]);
    place_points(labels, picture);
    if ((!picture->spread ||
         labels_spread(labels, picture->count, picture->width, picture->height, &markup->error)) &&
        labels_place(labels, picture->count, picture->width, picture->height, &markup->error)) {
        write_attributes(markup, picture, alone);
        if (alone) {
            markup_text(markup, "<style>\n:root{color-scheme:light dark}\n");
            style_write(markup);
            markup_text(markup, "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
        }
        for (size_t i = picture->count; i > 0; i--) /* the important ones lie on top */
            write_word(markup, &labels[i - 1], &picture->words[i - 1], !alone);
        if (alone)
            write_caption(markup, picture);
        markup_text(markup, "</svg>\n");
    }
    free(labels);
}
