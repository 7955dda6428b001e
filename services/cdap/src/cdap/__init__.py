"""cdap: consultation of allocataires' dossiers by partners, limited by profile, territory and purpose."""
