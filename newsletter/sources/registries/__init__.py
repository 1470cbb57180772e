"""PubMed, Crossref, ClinicalTrials.gov, Grants.gov: answers of their APIs to entries."""
