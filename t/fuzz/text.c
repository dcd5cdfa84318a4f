/* record/field's texts: the one form of any bytes is let through, and decodes to them again. */
#include "fuzz.h"
#include "record/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char form[TEXT_FORM_MAX], bytes[TEXT_MAX];
    struct fault f;
    if (n > TEXT_MAX)
        return 0;
    struct field x = {form, text_encode((const char *)data, n, form)};
    must(x.len > 0 && x.len <= TEXT_FORM_MAX);
    must(line_check(x.text, x.len, &f) == 0 && !memchr(x.text, ' ', x.len));
    must(field_text(x, "text", &f) == 0);
    must_equal(data, n, bytes, text_decode(x, bytes));
    return 0;
}
