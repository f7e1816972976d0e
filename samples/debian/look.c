/* Looks at what a model made of the packages.
 *
 *     cc -O2 -o look look.c -lm
 *     ./look accuracy sections.txt graph logits.npy          how often the largest logit is the section, on what was kept out
 *     ./look guess sections.txt graph logits.npy NAME...     the section that the model gives a package
 *     ./look commonest graph                                 how often the commonest section of training is right
 *     ./look similar graph embedding.npy NAME...             the five packages whose embedding points the same way
 */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { training = 0, kept_out = 2, shown = 5 };

/* A numpy file of one or two axes, in C order; `width` is 1 where there is one axis. */
struct array {
    char *data;
    size_t rows, width;
};

struct lines {
    char **line;
    size_t count;
};

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("look: ", stderr);
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
    size_t size, count = 0;
    char *text = read_file(directory, name, &size);
    struct lines lines = {get((size + 1) * sizeof(char *)), 0};
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        lines.line[count++] = line;
    lines.count = count;
    return lines;
}

static size_t find(struct lines names, const char *name) {
    for (size_t i = 0; i < names.count; i++)
        if (!strcmp(names.line[i], name))
            return i;
    fail("there is no package %s", name);
    return 0;
}

static size_t largest(const float *row, size_t width) {
    size_t best = 0;
    for (size_t c = 1; c < width; c++)
        if (row[c] > row[best])
            best = c;
    return best;
}

static void say_accuracy(size_t right, size_t asked) {
    printf("%.4f  %zu of %zu packages kept out of training\n", asked ? (double)right / (double)asked : 0, right, asked);
}

static void accuracy(const char *sections_path, const char *graph, const char *logits_path) {
    struct array logits = read_numpy("", logits_path, "'<f4'", 4);
    struct array section = read_numpy(graph, "section.npy", "'<i4'", 4), part = read_numpy(graph, "part.npy", "'|u1'", 1);
    if (logits.rows != section.rows || logits.rows != part.rows || logits.width != read_lines("", sections_path).count)
        fail("%s does not belong to the packages of %s", logits_path, graph);
    size_t right = 0, asked = 0;
    for (size_t i = 0; i < logits.rows; i++)
        if (part.data[i] == kept_out) {
            asked++;
            right += largest((float *)logits.data + i * logits.width, logits.width) == (size_t)((int32_t *)section.data)[i];
        }
    say_accuracy(right, asked);
}

static void guess(const char *sections_path, const char *graph, const char *logits_path, char **names, int count) {
    struct lines sections = read_lines("", sections_path), packages = read_lines(graph, "names.txt");
    struct array logits = read_numpy("", logits_path, "'<f4'", 4), section = read_numpy(graph, "section.npy", "'<i4'", 4);
    if (logits.rows != packages.count || logits.width != sections.count)
        fail("%s does not belong to the packages of %s", logits_path, graph);
    for (int n = 0; n < count; n++) {
        size_t i = find(packages, names[n]);
        printf("%-20s %s, and is in %s\n", names[n],
               sections.line[largest((float *)logits.data + i * logits.width, logits.width)],
               sections.line[((int32_t *)section.data)[i]]);
    }
}

static void commonest(const char *graph) {
    struct array section = read_numpy(graph, "section.npy", "'<i4'", 4), part = read_numpy(graph, "part.npy", "'|u1'", 1);
    const int32_t *label = (int32_t *)section.data;
    size_t times[1024] = {0}, most = 0, right = 0, asked = 0;
    for (size_t i = 0; i < section.rows; i++)
        if (label[i] < 0 || label[i] >= 1024)
            fail("section.npy holds %d", label[i]);
        else if (part.data[i] == training && ++times[label[i]] > times[most])
            most = (size_t)label[i];
    for (size_t i = 0; i < section.rows; i++)
        if (part.data[i] == kept_out) {
            asked++;
            right += (size_t)label[i] == most;
        }
    say_accuracy(right, asked);
}

static double dot(const float *a, const float *b, size_t width) {
    double sum = 0;
    for (size_t c = 0; c < width; c++)
        sum += (double)a[c] * (double)b[c];
    return sum;
}

/* By the cosine of the angle between two embeddings, which does not mind how long they are. */
static void similar(const char *graph, const char *embedding_path, char **names, int count) {
    struct lines packages = read_lines(graph, "names.txt");
    struct array embedding = read_numpy("", embedding_path, "'<f4'", 4);
    if (embedding.rows != packages.count)
        fail("%s does not belong to the packages of %s", embedding_path, graph);
    const float *rows = (float *)embedding.data;
    size_t width = embedding.width;
    double *length = get(embedding.rows * sizeof *length);
    for (size_t i = 0; i < embedding.rows; i++)
        length[i] = sqrt(dot(rows + i * width, rows + i * width, width));
    for (int n = 0; n < count; n++) {
        size_t own = find(packages, names[n]), best[shown], found = 0;
        double score[shown];
        for (size_t i = 0; i < embedding.rows; i++) {
            if (i == own || !(length[i] > 0))
                continue;
            double cosine = dot(rows + own * width, rows + i * width, width) / (length[own] * length[i]);
            size_t place = found < shown ? found++ : shown;
            for (; place > 0 && cosine > score[place - 1]; place--)
                if (place < shown) {
                    score[place] = score[place - 1];
                    best[place] = best[place - 1];
                }
            if (place < shown) {
                score[place] = cosine;
                best[place] = i;
            }
        }
        printf("%-20s", names[n]);
        for (size_t k = 0; k < found; k++)
            printf("%s %s", k ? "," : "", packages.line[best[k]]);
        putchar('\n');
    }
    free(length);
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "";
    if (!strcmp(what, "accuracy") && count == 5)
        accuracy(arguments[2], arguments[3], arguments[4]);
    else if (!strcmp(what, "guess") && count > 5)
        guess(arguments[2], arguments[3], arguments[4], arguments + 5, count - 5);
    else if (!strcmp(what, "commonest") && count == 3)
        commonest(arguments[2]);
    else if (!strcmp(what, "similar") && count > 4)
        similar(arguments[2], arguments[3], arguments + 4, count - 4);
    else
        fail("say accuracy, guess, commonest or similar; the head of look.c shows what each takes");
    return 0;
}
