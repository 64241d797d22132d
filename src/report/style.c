#include "report/style.h"

static const char light[] =
    ".paper{fill:#fff}.ink{fill:#24292f}.faint{fill:#57606a}.rule{stroke:#d8dee4}.axis{stroke:#8c959f}"
    ".lead{stroke:#a8b0b8}.line{stroke:#1f5fb4}.area{fill:#1f5fb4}.halo{stroke:#fff}\n";
static const char dark[] =
    ".paper{fill:#14181d}.ink{fill:#e6eaee}.faint{fill:#a3adb8}.rule{stroke:#2c333b}.axis{stroke:#6e7781}"
    ".lead{stroke:#5d6670}.line{stroke:#79b8ff}.area{fill:#79b8ff}.halo{stroke:#14181d}\n";

/* blue, orange, green, red, purple, teal, magenta, brown */
static const char *const light_classes[STYLE_CLASSES] = {"#1f5fb4", "#b25400", "#1a7a34", "#c9252d",
                                                         "#7a3fbf", "#00717d", "#b8236f", "#6b5b4b"};
static const char *const dark_classes[STYLE_CLASSES] = {"#79b8ff", "#ffab5e", "#6fdc8c", "#ff8a8a",
                                                        "#c9a6ff", "#5fd4dc", "#ff9bd0", "#cbbba0"};

static void write_classes(struct markup *markup, const char *const *colors) {
    for (int i = 0; i < STYLE_CLASSES; i++)
        markup_print(markup, ".c%d{fill:%s}", i, colors[i]);
    markup_text(markup, "\n");
}

void style_write(struct markup *markup) {
    markup_text(markup, light);
    write_classes(markup, light_classes);
    markup_text(markup,
                ".rule,.axis,.lead,.line{fill:none}.line{stroke-width:2;stroke-linejoin:round}"
                ".halo{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}.big{font-weight:700}\n"
                "@media (prefers-color-scheme:dark){\n");
    markup_text(markup, dark);
    write_classes(markup, dark_classes);
    markup_text(markup, "}\n");
}
