# Makes one sentence of every rule that verify tells of, whatever the record was: `FILE:LINE: rule` in, `rule` out.
s/^[^ ]*:[0-9]*: //
s/[0-9a-f]\{64\}/ID/g
s/'.*'/X/
s/not '.*/not X/
s/0x[0-9a-f][0-9a-f] at column [0-9]*/N at column N/
s/%.* stands for itself/%N stands for itself/
s/text has .*, which/text has X, which/
s/2^63-1/MAX/g
s/ genesis: rule [a-z]* is missing/ genesis: a rule is missing/
s/^rule: [a-z]* is given twice/rule: given twice/
s/not in the ledger before it/not before it/
s/-*[0-9][0-9]*/N/g
s/ spends what ID.*/ spends what ID spent/
