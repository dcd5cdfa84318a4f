#include "work/choice.h"

#include "base/processor.h"

#include <stdlib.h>
#include <string.h>

const struct mine_kernel *mine_kernel_for(unsigned features)
{
    const struct mine_kernel *k = mine_kernels;
    while ((k->needs | k->suits) & ~features)
        k++;
    return k;
}

/* The kernel that the environment names: NULL if it names none, the table's end if that one is not
 * in the table. */
static const struct mine_kernel *kernel_named(void)
{
    const char *name = getenv(MINE_KERNEL_VARIABLE);
    const struct mine_kernel *k = mine_kernels;
    while (name && k->name && strcmp(k->name, name) != 0)
        k++;
    return name ? k : NULL;
}

int mine_kernel_asked(struct fault *f)
{
    const struct mine_kernel *k = kernel_named();
    if (!k || (k->name && processor_has(k->needs)))
        return 0;
    return fault_trouble(f,
                         k->name ? MINE_KERNEL_VARIABLE ": this processor cannot run '%s'"
                                 : MINE_KERNEL_VARIABLE ": no kernel '%s'",
                         getenv(MINE_KERNEL_VARIABLE));
}

const struct mine_kernel *mine_kernel_best(void)
{
    const struct mine_kernel *k = kernel_named();
    return k && k->name && processor_has(k->needs) ? k : mine_kernel_for(processor_features());
}
