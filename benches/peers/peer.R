# One task of the side-by-side benchmarks in R. Reads lines "run N" from standard input, does the task N
# times, and answers with the CPU seconds (user and system) of one run and the number that it gave.
#
#     Rscript peer.R TASK [ARGUMENTS]
suppressPackageStartupMessages(library(lme4))
version <- function(package) paste(package, packageVersion(package))
arguments <- commandArgs(trailingOnly = TRUE)
formulas <- list(
  growth = score ~ age * arm + (age | child),
  crossed = score ~ age * arm + (1 | child) + (1 | assessor)
)
read_visits <- function(file) {
  data <- read.csv(file)
  for (name in c("child", "site", "arm", "assessor")) data[[name]] <- factor(data[[name]])
  data
}
read_early <- function(file) {
  data <- read.csv(file)
  data$id <- factor(data$id)
  data$trt <- factor(data$trt)
  data
}

lmer_fit <- function(file, design) {
  data <- read_visits(file)
  list(
    versions = version("lme4"),
    run = function() as.numeric(logLik(lmer(formulas[[design]], data)))
  )
}

# The adjusted covariance matrix and the degrees of freedom of every coefficient, the fit being there.
kenward_roger <- function(file, design) {
  suppressPackageStartupMessages(library(pbkrtest))
  data <- read_visits(file)
  model <- lmer(formulas[[design]], data)
  list(
    versions = c(version("pbkrtest"), version("lme4")),
    run = function() {
      adjusted <- vcovAdj(model)
      df <- sapply(seq_along(fixef(model)), function(place) {
        Lb_ddf(as.numeric(seq_along(fixef(model)) == place), vcov(model), adjusted)
      })
      df[length(df)]
    }
  )
}

# 500 refits of the model of Early; the standard error of the interaction.
boot <- function(file, term) {
  data <- read_early(file)
  model <- suppressMessages(lmer(as.formula(paste("cog ~ tos * trt +", term)), data))
  list(
    versions = version("lme4"),
    run = function() {
      replicates <- suppressMessages(bootMer(model, fixef, nsim = 500, seed = 1))
      sd(replicates$t[, 4])
    }
  )
}

# 100 trials of 120 children with three visits, Satterthwaite; the share with p < 0.05.
power <- function() {
  suppressPackageStartupMessages(library(lmerTest))
  data <- expand.grid(age = c(0, 0.5, 1), child = 1:120)
  data$arm <- factor(ifelse(data$child %% 2 == 0, "P", "C"))
  data$child <- factor(data$child)
  treated <- as.numeric(data$arm == "P")
  set.seed(1)
  trial <- function() {
    b0 <- 9 * rnorm(120)
    b1 <- 3 * rnorm(120)
    data$score <- 100 - 2 * data$age + 3 * data$age * treated +
      b0[data$child] + b1[data$child] * data$age + 6 * rnorm(360)
    model <- suppressWarnings(suppressMessages(lmerTest::lmer(score ~ age * arm + (age | child), data)))
    coef(summary(model, ddf = "Satterthwaite"))["age:armP", "Pr(>|t|)"]
  }
  list(
    versions = c(version("lmerTest"), version("lme4")),
    run = function() mean(replicate(100, trial()) < 0.05)
  )
}

task <- switch(arguments[1],
  lmer = lmer_fit(arguments[2], arguments[3]),
  "kenward-roger" = kenward_roger(arguments[2], arguments[3]),
  bootstrap = boot(arguments[2], arguments[3]),
  power = power()
)
answer <- function(...) {
  cat(..., "\n", sep = "\t")
  flush(stdout())
}
resident <- function(field) {
  line <- grep(field, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}
answer("ready", paste(c(R.version.string, task$versions), collapse = ", "))
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  words <- strsplit(line, " ")[[1]]
  if (words[1] == "memory") {
    gc()
    before <- resident("VmRSS")
    writeLines("5", "/proc/self/clear_refs")
    value <- task$run()
    answer(resident("VmHWM") - before, format(value, digits = 17))
    next
  }
  n <- as.integer(words[2])
  gc()
  start <- sum(proc.time()[1:2])
  for (time in seq_len(n)) value <- suppressWarnings(suppressMessages(task$run()))
  answer((sum(proc.time()[1:2]) - start) / n, format(value, digits = 17))
}
