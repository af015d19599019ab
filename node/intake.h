/* What the policy in force says of partners, told to the driver. */
#ifndef CAIRN_NODE_INTAKE_H
#define CAIRN_NODE_INTAKE_H

#include "node/driver.h"
#include "schema/policy.h"

/* From now on the `accept` part of this policy counts. At the start and after each change; not from
 * within a step. source docs/format.md, section 7 */
void cairn_intake_apply(struct cairn_driver *driver, const struct cairn_policy *policy);

#endif
