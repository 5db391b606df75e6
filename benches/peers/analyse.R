# The same model on the same rows in R: seconds of lmer with Satterthwaite's df, without start-up.
folder <- commandArgs(trailingOnly = TRUE)[1]
suppressPackageStartupMessages(library(lmerTest))
visits <- merge(read.csv(file.path(folder, "visits.csv")), read.csv(file.path(folder, "dyads.csv")))
visits$arm <- factor(visits$arm, levels = c("comparison", "intervention"))
time <- system.time({
  model <- suppressWarnings(lmer(mental ~ months * arm + (months | dyad), data = visits))
  coef(summary(model))
})
cat(unname(time["elapsed"]), "\n")
