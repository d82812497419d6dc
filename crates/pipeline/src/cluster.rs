//! What other schedulers need to work on a plan: files to be handed to them as they are.
//!
//! Each leg is a barrier. Within one, workers take every so many-th task (`cc-math task`), which
//! asks nothing of the scheduler but numbers; what a worker that was lost left undone, the same
//! number does again. At the end `cc-math run` finds everything done and writes the manifest.

use serde_json::{Value as Json, json};
use std::path::Path;

/// What there is to say to a scheduler.
#[derive(Debug, Clone)]
pub struct Cluster<'a> {
    /// The pipeline's name.
    pub name: &'a str,
    /// Program, as the workers find it.
    pub program: &'a Path,
    /// Folder in which paths of the pipeline begin.
    pub folder: &'a Path,
    /// The resolved pipeline.
    pub pipeline: &'a Path,
    /// How many legs the plan has.
    pub legs: usize,
    /// Workers of each leg.
    pub workers: usize,
    /// Threads of each worker.
    pub threads: usize,
}

/// Memory that a worker of so many threads may need, in MiB: what rows and units under way may take, and as much
/// again for what an extractor and the libraries hold.
pub fn worker_megabytes(threads: usize) -> usize {
    512 + 64 * threads
}

/// Text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A command whose inputs may fail, which is no reason not to go on: its exit code is 1 then.
fn accepted(command: &str) -> String {
    format!("{command} || [ $? -eq 1 ]")
}

impl Cluster<'_> {
    fn task(&self, leg: &str, index: &str) -> String {
        let Self { program, pipeline, workers, threads, .. } = self;
        let (program, pipeline) = (shell_word(program), shell_word(pipeline));
        format!(
            "{program} --log-format json task --plan {pipeline} --leg {leg} --index {index} \
             --of {workers} --threads {threads}"
        )
    }

    fn finish(&self) -> String {
        let (program, pipeline) = (shell_word(self.program), shell_word(self.pipeline));
        format!("{program} --log-format json run {pipeline} --threads {}", self.threads)
    }

    /// Slurm: the script of a leg's array, whose first argument is the leg; and the script that
    /// submits all of them, each to begin when the one before has ended well.
    pub fn slurm(&self) -> [(&'static str, String); 3] {
        let Self { threads, workers, legs, .. } = self;
        let head = |what: &str| {
            let name = quoted(&format!("cc-math-{}", self.name));
            let memory = worker_megabytes(*threads);
            format!(
                "#!/bin/bash\n#SBATCH --job-name={name}\n#SBATCH --cpus-per-task={threads}\n\
                 #SBATCH --mem={memory}M\n#SBATCH --requeue\n#SBATCH --output={what}-%A-%a.log\n\
                 set -euo pipefail\ncd {}\n",
                shell_word(self.folder)
            )
        };
        let task = accepted(&self.task("\"$1\"", "\"$SLURM_ARRAY_TASK_ID\""));
        let leg = format!("{}{task}\n", head("leg"));
        let finish = format!("{}exec {}\n", head("finish"), self.finish());
        let last = workers.saturating_sub(1);
        let submit = format!(
            "#!/bin/bash\n# Submits all legs and the end; prints the number of the last job.\n\
             set -euo pipefail\ncd \"$(dirname \"$0\")\"\nafter=()\n\
             for leg in $(seq 0 {}); do\n  \
             job=$(sbatch --parsable --array=0-{last} \"${{after[@]}}\" \"$@\" leg.sbatch \"$leg\")\n  \
             after=(--dependency=\"afterok:${{job%%;*}}\")\ndone\n\
             sbatch --parsable \"${{after[@]}}\" \"$@\" finish.sbatch\n",
            legs.saturating_sub(1)
        );
        [("leg.sbatch", leg), ("finish.sbatch", finish), ("submit.sh", submit)]
    }

    /// Kubernetes: an indexed Job for each leg and one for the end, and the script that applies
    /// them one after the other. The folder is expected at the same path in every pod: on the
    /// volume of this claim, mounted at this path.
    pub fn kubernetes(&self, image: &str, claim: &str, mount: &str) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut script = String::from(
            "#!/bin/bash\n# Applies the Jobs one after the other; each begins when the one before is complete.\n\
             set -euo pipefail\ncd \"$(dirname \"$0\")\"\n",
        );
        let names = (0..self.legs).map(|leg| format!("leg-{leg}")).chain(["finish".to_owned()]);
        for (leg, name) in names.enumerate() {
            let (workers, command) = if leg < self.legs {
                let task = self.task(&leg.to_string(), "\"$JOB_COMPLETION_INDEX\"");
                (self.workers, accepted(&task))
            } else {
                (1, accepted(&self.finish()))
            };
            let job = self.job(&name, workers, &command, [image, claim, mount]);
            let label = job.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
            script.push_str(&format!(
                "kubectl apply -f {name}.json\n\
                 kubectl wait --for=condition=complete --timeout=-1s job/{label}\n"
            ));
            let text = serde_json::to_string_pretty(&job).unwrap_or_default();
            files.push((format!("{name}.json"), text + "\n"));
        }
        files.push(("submit.sh".into(), script));
        files
    }

    fn job(&self, name: &str, workers: usize, command: &str, places: [&str; 3]) -> Json {
        let [image, claim, mount] = places;
        let resources = json!({
            "cpu": self.threads.to_string(),
            "memory": format!("{}Mi", worker_megabytes(self.threads)),
        });
        let container = json!({
            "name": "cc-math",
            "image": image,
            "workingDir": self.folder.display().to_string(),
            "command": ["/bin/sh", "-c", command],
            "resources": { "requests": resources, "limits": resources },
            "volumeMounts": [{ "name": "data", "mountPath": mount }],
        });
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": { "name": format!("cc-math-{}-{name}", label(self.name)) },
            "spec": {
                "completionMode": "Indexed",
                "completions": workers,
                "parallelism": workers,
                "backoffLimitPerIndex": 3,
                "template": { "spec": {
                    "restartPolicy": "Never",
                    "containers": [container],
                    "volumes": [{ "name": "data", "persistentVolumeClaim": { "claimName": claim } }],
                } },
            },
        })
    }
}

/// A path as one word of a shell.
pub fn shell_word(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// A name as Kubernetes takes it (RFC 1123).
fn label(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let label: String = name.chars().map(safe).take(40).collect();
    label.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster() -> Cluster<'static> {
        Cluster {
            name: "Small crawl",
            program: Path::new("/opt/cc math"),
            folder: Path::new("/data/it's"),
            pipeline: Path::new("/data/jobs/pipeline.yaml"),
            legs: 2,
            workers: 8,
            threads: 4,
        }
    }

    #[test]
    fn slurm_scripts_quote_what_they_are_given() {
        let [(_, leg), (_, finish), (_, submit)] = cluster().slurm();
        assert!(leg.contains("\ncd '/data/it'\\''s'\n"), "{leg}");
        assert!(leg.contains("\n'/opt/cc math' --log-format json task --plan"), "{leg}");
        assert!(
            leg.contains("--leg \"$1\" --index \"$SLURM_ARRAY_TASK_ID\" --of 8 --threads 4 || [")
        );
        assert!(finish.contains("run '/data/jobs/pipeline.yaml' --threads 4\n"), "{finish}");
        assert!(submit.contains("--array=0-7") && submit.contains("seq 0 1"), "{submit}");
    }

    #[test]
    fn kubernetes_has_a_job_a_leg_and_one_for_the_end() {
        let files = cluster().kubernetes("registry.example/cc-math:1", "corpus", "/data");
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["leg-0.json", "leg-1.json", "finish.json", "submit.sh"]);
        let job: Json = serde_json::from_str(&files[1].1).unwrap();
        assert_eq!(job["metadata"]["name"], "cc-math-small-crawl-leg-1");
        assert_eq!(
            (&job["spec"]["completions"], &job["spec"]["completionMode"]),
            (&json!(8), &json!("Indexed"))
        );
        let container = &job["spec"]["template"]["spec"]["containers"][0];
        assert!(
            container["command"][2]
                .as_str()
                .unwrap()
                .contains("--leg 1 --index \"$JOB_COMPLETION_INDEX\"")
        );
        assert!(files[3].1.contains("job/cc-math-small-crawl-finish"));
    }
}
