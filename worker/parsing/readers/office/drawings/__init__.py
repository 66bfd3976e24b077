"""What is drawn on slides, sheets and pages: shapes, charts, diagrams, metafiles."""
