#include "cli/version.h"

#include "kernels/registry.h"

/* The Makefile defines it in a git repository. */
#ifndef SGNS_COMMIT
#define SGNS_COMMIT ""
#endif

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "an unknown compiler"
#endif

/* Whether a kernel that was built is among those that can run here. */
static bool runs_here(const char *name) {
    const struct kernel *kernel;
    for (size_t i = 0; (kernel = kernel_at(i)) != NULL; i++)
        if (kernel->name == name)
            return true;
    return false;
}

/* A line of the kernels that can run here, or of those that can't, if there are any. */
static void print_kernels(const char *label, bool running, FILE *out) {
    const char *separator = label, *name;
    for (size_t i = 0; (name = kernel_built(i)) != NULL; i++)
        if (runs_here(name) == running) {
            fprintf(out, "%s%s", separator, name);
            separator = ", ";
        }
    fputs(separator != label ? "\n" : "", out);
}

void version_print(FILE *out) {
    const char *commit = SGNS_COMMIT;
    fprintf(out, "sgns %s%s%s%s\n", SGNS_VERSION, *commit != '\0' ? " (commit " : "", commit,
            *commit != '\0' ? ")" : "");
    fprintf(out, "built with %s\n", COMPILER);
    print_kernels("kernels, the best first: ", true, out);
    print_kernels("kernels that this machine cannot run: ", false, out);
}
