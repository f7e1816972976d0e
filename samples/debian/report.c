/* What the models made of the packages, from numpy files.
 *
 *     cc -O2 -o report report.c -lopenblas -lm
 *     ./report accuracy sections.txt graph evaluate-reference.json sage GraphSAGE sage/logits.npy ...
 *         how often the largest logit is the section, on what was kept out, beside what PyTorch Geometric reached
 *     ./report similar graph embedding.npy NAME...
 *         the five packages whose embedding points most nearly the same way
 */
#include <cblas.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { training = 0, kept_out = 2, shown = 5, line_width = 100 };

/* A numpy file of one or two axes, in C order; `width` is 1 where there is one axis. */
struct array {
    char *data;
    size_t rows, width;
};

struct lines {
    char **line;
    size_t count;
};

/* What is known of the packages. */
struct packages {
    struct lines names;
    struct array section, part;
};

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("report: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void *get(size_t bytes) {
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory)
        fail("out of memory");
    return memory;
}

/* The file's bytes, and a 0 behind them. */
static char *read_file(const char *directory, const char *name, size_t *size) {
    char path[4096];
    snprintf(path, sizeof path, "%s%s%s", directory, *directory ? "/" : "", name);
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        fail("cannot read %s", path);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = get(*size + 1);
    if (fread(bytes, 1, *size, file) != *size)
        fail("cannot read all of %s", path);
    bytes[*size] = 0;
    fclose(file);
    return bytes;
}

static struct array read_numpy(const char *directory, const char *name, const char *type, size_t item) {
    size_t size;
    char *bytes = read_file(directory, name, &size);
    if (size < 12 || memcmp(bytes, "\x93NUMPY", 6))
        fail("%s is not a numpy file", name);
    const unsigned char *u = (const unsigned char *)bytes;
    size_t start = u[6] == 1 ? 10 + (size_t)(u[8] | u[9] << 8)
                             : 12 + (u[8] | (size_t)u[9] << 8 | (size_t)u[10] << 16 | (size_t)u[11] << 24);
    const char *shape = strstr(bytes + 10, "'shape': (");
    if (start > size || !strstr(bytes + 10, type) || !shape || shape > bytes + start)
        fail("%s does not hold %s", name, type);
    struct array array = {.data = bytes + start, .width = 1};
    char *end;
    array.rows = strtoull(shape + strlen("'shape': ("), &end, 10);
    if (*end == ',' && end[1] == ' ')
        array.width = strtoull(end + 1, &end, 10);
    if (start + array.rows * array.width * item != size)
        fail("%s is not as long as its shape says", name);
    return array;
}

static struct lines read_lines(const char *directory, const char *name) {
    size_t size;
    char *text = read_file(directory, name, &size);
    struct lines lines = {get((size + 1) * sizeof(char *)), 0};
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        lines.line[lines.count++] = line;
    return lines;
}

static struct packages read_packages(const char *graph) {
    struct packages packages = {read_lines(graph, "names.txt"), read_numpy(graph, "section.npy", "'<i4'", 4),
                                read_numpy(graph, "part.npy", "'|u1'", 1)};
    if (packages.section.rows != packages.names.count || packages.part.rows != packages.names.count)
        fail("the files of %s do not belong together", graph);
    return packages;
}

static size_t find(struct lines names, const char *name) {
    for (size_t i = 0; i < names.count; i++)
        if (!strcmp(names.line[i], name))
            return i;
    fail("there is no package %s", name);
    return 0;
}

static size_t label(struct packages packages, size_t package) { return (size_t)((int32_t *)packages.section.data)[package]; }

/* Accuracy. */

static double share(size_t right, size_t asked) { return asked ? (double)right / (double)asked : 0; }

static size_t count_kept_out(struct packages packages) {
    size_t count = 0;
    for (size_t i = 0; i < packages.names.count; i++)
        count += packages.part.data[i] == kept_out;
    return count;
}

static size_t commonest_section(struct packages packages, size_t sections) {
    size_t *times = get(sections * sizeof *times), most = 0;
    memset(times, 0, sections * sizeof *times);
    for (size_t i = 0; i < packages.names.count; i++)
        if (label(packages, i) >= sections)
            fail("package %s has a section that is not listed", packages.names.line[i]);
        else if (packages.part.data[i] == training && ++times[label(packages, i)] > times[most])
            most = label(packages, i);
    free(times);
    return most;
}

static size_t count_of_section(struct packages packages, size_t section) {
    size_t right = 0;
    for (size_t i = 0; i < packages.names.count; i++)
        right += packages.part.data[i] == kept_out && label(packages, i) == section;
    return right;
}

static size_t largest(const float *row, size_t width) {
    size_t best = 0;
    for (size_t c = 1; c < width; c++)
        if (row[c] > row[best])
            best = c;
    return best;
}

static size_t count_right(struct packages packages, struct array logits) {
    size_t right = 0;
    for (size_t i = 0; i < logits.rows; i++)
        if (packages.part.data[i] == kept_out)
            right += largest((float *)logits.data + i * logits.width, logits.width) == label(packages, i);
    return right;
}

/* What stands behind `"key":` somewhere behind `"group":`; NULL if that is missing. */
static const char *entry(const char *json, const char *group, const char *key) {
    char quoted[128];
    snprintf(quoted, sizeof quoted, "\"%s\":", group);
    const char *place = strstr(json, quoted);
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    place = place ? strstr(place, quoted) : NULL;
    return place ? place + strlen(quoted) : NULL;
}

static double reference_accuracy(const char *json, const char *model) {
    const char *number = entry(json, "accuracy", model);
    if (!number)
        fail("the reference has no accuracy of %s", model);
    return strtod(number, NULL);
}

/* The largest difference from the reference's rows, by the largest value of each row; `compared` counts the rows. */
static double difference(const char *json, const char *model, struct lines names, struct array logits, size_t *compared) {
    const char *place = entry(json, "logits", model), *end = place ? strchr(place, '}') : NULL;
    double worst = 0;
    for (*compared = 0; end && (place = strchr(place, '"')) && place < end; ++*compared) {
        char name[256];
        if (sscanf(place, "\"%255[^\"]\": [", name) != 1 || !(place = strchr(place, '[')))
            fail("the reference cannot be read at %.20s", place);
        const float *row = (float *)logits.data + find(names, name) * logits.width;
        double scale = 0, apart = 0;
        for (size_t c = 0; c < logits.width; c++) {
            char *next;
            double wanted = strtod(place + 1, &next);
            place = next + strspn(next, " \n");
            scale = fmax(scale, fabs(wanted));
            apart = fmax(apart, fabs(wanted - (double)row[c]));
        }
        worst = fmax(worst, apart / scale);
    }
    return worst;
}

static void accuracy(const char *sections_path, const char *graph, const char *reference, char **models, int count) {
    struct lines sections = read_lines("", sections_path);
    struct packages packages = read_packages(graph);
    size_t size, asked = count_kept_out(packages), compared = 0;
    const char *json = read_file("", reference, &size);
    size_t commonest = commonest_section(packages, sections.count);
    double worst = 0;
    printf("  %-34s %10s   %s\n", "", "gnnc", "PyTorch Geometric");
    char title[128];
    snprintf(title, sizeof title, "the commonest section (%s)", sections.line[commonest]);
    printf("  %-34s %8.2f %%\n", title, 100 * share(count_of_section(packages, commonest), asked));
    for (int m = 0; m + 2 < count; m += 3) {
        struct array logits = read_numpy("", models[m + 2], "'<f4'", 4);
        if (logits.rows != packages.names.count || logits.width != sections.count)
            fail("%s does not belong to the packages of %s", models[m + 2], graph);
        printf("  %-34s %8.2f %%   %8.2f %%\n", models[m + 1], 100 * share(count_right(packages, logits), asked),
               100 * reference_accuracy(json, models[m]));
        size_t rows;
        worst = fmax(worst, difference(json, models[m], packages.names, logits, &rows));
        compared += rows;
    }
    if (compared)
        printf("\n  %zu rows of logits, compared with PyTorch Geometric's: within %.0e of a row's largest value\n", compared, worst);
}

/* Similarity. */

/* Each row divided by its length, so that the product of two rows is the cosine of the angle between them. */
static void normalize(struct array embedding) {
    float *row = (float *)embedding.data;
    for (size_t i = 0; i < embedding.rows; i++, row += embedding.width) {
        float length = cblas_snrm2((int)embedding.width, row, 1);
        if (length > 0)
            cblas_sscal((int)embedding.width, 1 / length, row, 1);
    }
}

/* The places of the `shown` largest cosines, largest first, without `own`. */
static void find_best(const float *cosine, size_t count, size_t own, size_t best[shown]) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == own || (found == shown && cosine[i] <= cosine[best[shown - 1]]))
            continue;
        size_t place = found < shown ? found++ : shown - 1;
        for (; place > 0 && cosine[i] > cosine[best[place - 1]]; place--)
            best[place] = best[place - 1];
        best[place] = i;
    }
}

/* Names with commas between them, broken where a line would be too long. */
static void print_names(struct lines names, const size_t best[shown], size_t indent) {
    size_t column = indent;
    for (size_t k = 0; k < shown; k++) {
        const char *name = names.line[best[k]];
        size_t length = strlen(name) + 1;
        if (k && column + 1 + length > line_width) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (k) {
            putchar(' ');
            column++;
        }
        printf("%s%s", name, k + 1 < shown ? "," : "\n");
        column += length;
    }
}

static void similar(const char *graph, const char *embedding_path, char **asked, int count) {
    struct lines names = read_lines(graph, "names.txt");
    struct array embedding = read_numpy("", embedding_path, "'<f4'", 4);
    if (embedding.rows != names.count || names.count <= shown)
        fail("%s does not belong to the packages of %s", embedding_path, graph);
    normalize(embedding);
    size_t width = embedding.width;
    const float *rows = (float *)embedding.data;
    float *queries = get((size_t)count * width * sizeof *queries), *cosines = get((size_t)count * names.count * sizeof *cosines);
    for (int n = 0; n < count; n++)
        memcpy(queries + (size_t)n * width, rows + find(names, asked[n]) * width, width * sizeof *queries);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, (int)names.count, (int)width, 1, queries, (int)width, rows,
                (int)width, 0, cosines, (int)names.count);
    for (int n = 0; n < count; n++) {
        size_t best[shown];
        const float *cosine = cosines + (size_t)n * names.count;
        find_best(cosine, names.count, find(names, asked[n]), best);
        printf("  %-16s %.2f  ", asked[n], (double)cosine[best[0]]);
        print_names(names, best, 2 + 16 + 1 + 4 + 2);
    }
    free(queries);
    free(cosines);
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "";
    if (!strcmp(what, "accuracy") && count > 7 && (count - 5) % 3 == 0)
        accuracy(arguments[2], arguments[3], arguments[4], arguments + 5, count - 5);
    else if (!strcmp(what, "similar") && count > 4)
        similar(arguments[2], arguments[3], arguments + 4, count - 4);
    else
        fail("say accuracy or similar; the head of report.c shows what each takes");
    return 0;
}
