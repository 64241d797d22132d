#include "report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/labels.h"
#include "report/style.h"

#define LEFT 56.0
#define RIGHT 16.0
#define TOP 14.0
#define BOTTOM 46.0
#define FONT_SIZE 13.0
#define TICKS_MAX 24
#define CHARACTERS_MAX 20
#define BETWEEN 8 /* dots from one point of a line to the next */

/* One axis: from values to pixels. */
struct axis {
    bool log;
    double min, max; /* values, or their logarithms to base 10 */
    double from, to; /* pixels */
    double ticks[TICKS_MAX];
    size_t tick_count;
};

static double position(const struct axis *axis, double value) {
    const double at = axis->log ? log10(value) : value;
    return axis->from + (at - axis->min) / (axis->max - axis->min) * (axis->to - axis->from);
}

/* 1, 2 or 5 times a power of ten, so that there are about `wanted` steps. */
static double nice_step(double range, double wanted) {
    const double raw = range / wanted, power = pow(10, floor(log10(raw))), factor = raw / power;
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

static void add_tick(struct axis *axis, double value) {
    if (axis->tick_count < TICKS_MAX)
        axis->ticks[axis->tick_count++] = value;
}

static void set_log_axis(struct axis *axis) {
    axis->min = floor(axis->min + 1e-9);
    axis->max = fmax(ceil(axis->max - 1e-9), axis->min + 1);
    const int every = (int)ceil((axis->max - axis->min) / 8);
    for (int power = (int)axis->min; power <= (int)axis->max; power += every)
        add_tick(axis, pow(10, power));
}

static void set_linear_axis(struct axis *axis, double wanted) {
    if (!(axis->max - axis->min > 1e-9 * fabs(axis->max))) {
        const double around = axis->max != 0 ? fabs(axis->max) * 0.1 : 1;
        axis->min -= around;
        axis->max += around;
    }
    const double step = nice_step(axis->max - axis->min, wanted);
    const double first = ceil(axis->min / step - 1e-6);
    for (int i = 0; (first + i) * step <= axis->max + step * 1e-6; i++)
        add_tick(axis, (first + i) * step + 0.0); /* no -0 */
}

static void find_range(struct axis *axis, const double *values, size_t count) {
    axis->min = INFINITY;
    axis->max = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        const double at = axis->log ? log10(values[i]) : values[i];
        axis->min = fmin(axis->min, at);
        axis->max = fmax(axis->max, at);
    }
}

static void set_axes(struct axis *x, struct axis *y, const struct chart *chart) {
    *x = (struct axis){.log = chart->log_x, .from = LEFT, .to = CHART_WIDTH - RIGHT};
    *y = (struct axis){.log = chart->log_y, .from = CHART_HEIGHT - BOTTOM, .to = TOP};
    find_range(x, chart->x, chart->count + chart->bars);
    find_range(y, chart->y, chart->count);
    if (chart->bars)
        y->min = 0;
    else if (!y->log) { /* the line does not touch the edges */
        const double room = (y->max - y->min) * 0.08;
        y->min -= room;
        y->max += room;
    }
    if (x->log)
        set_log_axis(x);
    else
        set_linear_axis(x, 6);
    if (y->log)
        set_log_axis(y);
    else
        set_linear_axis(y, 6);
}

/* 0.25, 12, 5k, 10M */
static void write_value(struct markup *markup, double value) {
    static const char *const suffixes[] = {"", "k", "M", "G", "T"};
    size_t suffix = 0;
    while (fabs(value) >= 1000 * (1 - 1e-9) && suffix + 1 < sizeof suffixes / sizeof *suffixes) {
        value /= 1000;
        suffix++;
    }
    markup_print(markup, "%.4g%s", value, suffixes[suffix]);
}

static void write_point(struct markup *markup, double x, double y) {
    markup_number(markup, x);
    markup_text(markup, " ");
    markup_number(markup, y);
}

static void write_ticks(struct markup *markup, const struct axis *x, const struct axis *y) {
    for (size_t i = 0; i < y->tick_count; i++) {
        const double at = position(y, y->ticks[i]);
        markup_print(markup, "<path class=\"rule\" d=\"M%.0f %.1fH%.0f\"/>", x->from, at, x->to);
        markup_print(markup, "<text class=\"faint\" text-anchor=\"end\" x=\"%.0f\" y=\"%.1f\">", x->from - 6,
                     at + 4.5);
        write_value(markup, y->ticks[i]);
        markup_text(markup, "</text>\n");
    }
    for (size_t i = 0; i < x->tick_count; i++) {
        const double at = position(x, x->ticks[i]);
        markup_print(markup, "<path class=\"axis\" d=\"M%.1f %.0fv4\"/>", at, y->from);
        markup_print(markup, "<text class=\"faint\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.0f\">", at,
                     y->from + 18);
        write_value(markup, x->ticks[i]);
        markup_text(markup, "</text>\n");
    }
    markup_print(markup, "<path class=\"axis\" d=\"M%.0f %.0fH%.0f\"/>\n", x->from, y->from, x->to);
}

static void write_names(struct markup *markup, const struct chart *chart) {
    markup_print(markup, "<text class=\"faint\" text-anchor=\"middle\" x=\"%.0f\" y=\"%d\">%s</text>\n",
                 (LEFT + CHART_WIDTH - RIGHT) / 2, CHART_HEIGHT - 8, chart->x_name);
    markup_print(markup,
                 "<text class=\"faint\" text-anchor=\"middle\" transform=\"translate(13 %.0f) rotate(-90)\">"
                 "%s</text>\n",
                 (TOP + CHART_HEIGHT - BOTTOM) / 2, chart->y_name);
}

static void write_bars(struct markup *markup, const struct chart *chart, const struct axis *x,
                       const struct axis *y) {
    markup_text(markup, "<path class=\"area\" d=\"");
    for (size_t i = 0; i < chart->count; i++) {
        const double left = position(x, chart->x[i]), right = position(x, chart->x[i + 1]);
        markup_text(markup, "M");
        write_point(markup, left + 0.5, y->from);
        markup_text(markup, "V");
        markup_number(markup, position(y, chart->y[i]));
        markup_text(markup, "H");
        markup_number(markup, right - 0.5);
        markup_text(markup, "V");
        markup_number(markup, y->from);
        markup_text(markup, "z");
    }
    markup_text(markup, "\"/>\n");
}

static void write_line(struct markup *markup, const struct chart *chart, const struct axis *x,
                       const struct axis *y) {
    markup_text(markup, "<path class=\"line\" d=\"");
    for (size_t i = 0; i < chart->count; i++) {
        markup_text(markup, i == 0 ? "M" : "L");
        write_point(markup, position(x, chart->x[i]), position(y, chart->y[i]));
    }
    markup_text(markup, "\"/>\n");
    for (size_t i = 0; i < chart->count && (chart->dots || chart->count == 1); i++) {
        markup_print(markup, "<circle class=\"area\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"><title>%.6g: %.6g",
                     position(x, chart->x[i]), position(y, chart->y[i]), chart->x[i], chart->y[i]);
        markup_text(markup, "</title></circle>\n");
    }
}

/* The marks' labels, and behind them dots along the line, which labels should not cover. */
static void set_labels(struct label *labels, const struct chart *chart, const struct axis *x,
                       const struct axis *y) {
    for (size_t i = 0; i < chart->mark_count; i++) {
        const struct chart_mark *mark = &chart->marks[i];
        size_t bytes;
        const double width = label_text_cut(mark->text, mark->length, CHARACTERS_MAX, &bytes) + 0.3;
        labels[i] = (struct label){.x = position(x, mark->x),
                                   .y = position(y, mark->y),
                                   .radius = 3.5,
                                   .width = FONT_SIZE * width,
                                   .height = FONT_SIZE + 2};
    }
    for (size_t i = 0; i < chart->count * BETWEEN; i++) {
        const size_t from = i / BETWEEN, to = from + 1 < chart->count ? from + 1 : from;
        const double part = (double)(i % BETWEEN) / BETWEEN;
        labels[chart->mark_count + i] = (struct label){
            .x = (1 - part) * position(x, chart->x[from]) + part * position(x, chart->x[to]),
            .y = (1 - part) * position(y, chart->y[from]) + part * position(y, chart->y[to]),
            .radius = 1.5};
    }
}

static void write_mark(struct markup *markup, const struct chart_mark *mark, const struct label *label) {
    size_t bytes;
    label_text_cut(mark->text, mark->length, CHARACTERS_MAX, &bytes);
    markup_print(markup, "<circle class=\"area\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"/>", label->x, label->y);
    if (label->placed) {
        markup_print(markup, "<text class=\"ink halo\" x=\"%.1f\" y=\"%.1f\">", label->left,
                     label->top + FONT_SIZE - 1.5);
        markup_escaped(markup, mark->text, bytes);
        markup_text(markup, "</text>");
    }
    markup_text(markup, "\n");
}

static void write_marks(struct markup *markup, const struct chart *chart, const struct axis *x,
                        const struct axis *y) {
    const size_t count = chart->mark_count + chart->count * BETWEEN;
    struct label *labels = memory_allocate(count, sizeof *labels, "the labels", &markup->error);
    if (labels == NULL)
        return;
    set_labels(labels, chart, x, y);
    for (size_t i = 0; i < count; i++) /* labels lie within the axes */
        labels[i].x -= LEFT;
    const bool placed = labels_place(labels, count, CHART_WIDTH - LEFT, y->from - 2, &markup->error);
    for (size_t i = 0; placed && i < chart->mark_count; i++) {
        labels[i].x += LEFT;
        labels[i].left += LEFT;
    }
    for (size_t i = 0; placed && i < chart->mark_count; i++)
        write_mark(markup, &chart->marks[i], &labels[i]);
    free(labels);
}

void chart_write(struct markup *markup, const struct chart *chart) {
    struct axis x, y;
    set_axes(&x, &y, chart);
    markup_print(
        markup,
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" font-size=\"%.0f\" font-family=\"%s\" role=\"img\" "
        "aria-label=\"%s\">\n",
        CHART_WIDTH, CHART_HEIGHT, FONT_SIZE, STYLE_FONT, chart->title);
    write_ticks(markup, &x, &y);
    write_names(markup, chart);
    if (chart->bars)
        write_bars(markup, chart, &x, &y);
    else
        write_line(markup, chart, &x, &y);
    if (chart->mark_count > 0)
        write_marks(markup, chart, &x, &y);
    markup_text(markup, "</svg>\n");
}
