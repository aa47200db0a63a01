CREATE TABLE orgs (
    region TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (region, number)
) WITHOUT ROWID;

CREATE TABLE members (
    org_region TEXT NOT NULL,
    org_number INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (org_region, org_number, user_id),
    FOREIGN KEY (org_region, org_number) REFERENCES orgs ON DELETE CASCADE
);
